import type { FoundProjects } from '../../shared/evaluate/compile.ts';
import { minuteOf } from '../../shared/ledger/fleet.ts';
import { mainLedger } from '../../shared/ledger/shards.ts';
import type { TargetReport } from './sight.ts';

/** What of all the work a sweep does. */
export interface Part {
  /** The object in which it keeps its ledger. */
  readonly ledger: string;
  /** The minute that the sweep is for, epoch ms: all of its parts have the same. */
  readonly minuteMs: number;
  /** Whether it looks in a target, by its name. */
  readonly looksIn: (target: string) => boolean;
  /** Whether it says what concerns all of Jobwarden, such as its policy, the breaker and the hourly heartbeat: one part does. */
  readonly speaks: boolean;
  /** Cases whose cancel is on its way in other ledgers: their jobs are left alone. */
  readonly elsewhere: () => ReadonlySet<string>;
  /** Projects that were found for it; undefined: it looks for them itself. */
  readonly found?: FoundProjects;
  /** What is known of the other parts. */
  readonly others: readonly TargetReport[];
}

const nothing: ReadonlySet<string> = new Set();

/** All of the work: what a sweep does that shares it with nobody. */
export function wholeOf(nowMs: number): Part {
  const minuteMs = minuteOf(nowMs);
  return { ledger: mainLedger, minuteMs, looksIn: () => true, speaks: true, elsewhere: () => nothing, others: [] };
}

/** Only what is open in a ledger: nothing is listed. */
export function followingUp(ledger: string, nowMs: number): Part {
  return { ...wholeOf(nowMs), ledger, looksIn: () => false, speaks: false };
}
