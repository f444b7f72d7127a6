import { trafficBetween, type Traffic } from '../../shared/engines/http/meter.ts';
import type { Run } from './world.ts';

/** The parts of a sweep, in their order. */
export type Phase = 'prepare' | 'followUp' | 'list' | 'act' | 'record';

/** What a sweep took: ms for each part of it, and calls to the engines where they are counted. */
export interface Measured {
  readonly phasesMs: Readonly<Partial<Record<Phase, number>>>;
  readonly calls: Traffic | undefined;
}

/** Measures a sweep from its start. `ended` closes a part; the time since the part before it is its own. */
export function measuring({ world, opened, startedAtMs }: Run) {
  const before = opened.traffic?.();
  const phasesMs: Partial<Record<Phase, number>> = {};
  let sinceMs = startedAtMs;
  return {
    ended: (phase: Phase): void => {
      const nowMs = world.clock.now();
      phasesMs[phase] = nowMs - sinceMs;
      sinceMs = nowMs;
    },
    soFar: (): Measured => {
      const now = opened.traffic?.();
      return { phasesMs, calls: before === undefined || now === undefined ? undefined : trafficBetween(before, now) };
    },
  };
}
