import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';

/** Keeps notices that can reach nobody, as they came. `keep` throws when that did not work: the notice must not be lost. */
export interface DeadLetters {
  keep(event: TrailEvent, why: string): Promise<void>;
}

const longestReason = 1000;

/** Dead letters as events on a topic of their own, with why they are there in the CloudEvents attribute `reason`. */
export function deadLettersTo(trail: Trail): DeadLetters {
  return {
    keep: async (event, why) => {
      const letter = { ...event, reason: why.slice(0, longestReason).toWellFormed() };
      const [result] = await trail.publish([letter]);
      if (result?.accepted === true) return;
      throw new Error(`[notify] The dead letter was not accepted: ${result?.why ?? 'no reason given'}`);
    },
  };
}
