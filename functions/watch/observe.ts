import type { Canceller } from '../../shared/engines/engine.ts';

/** A canceller that sends nothing: observe mode takes the same path as enforce, up to this call. */
export const observing: Canceller = {
  cancel: async () => ({ kind: 'observed' }),
};
