import type { Trail } from '../../shared/audit/trail.ts';
import type { CallBudget, Canceller } from '../../shared/engines/engine.ts';
import type { Sources } from '../../shared/engines/list.ts';
import type { Compiled } from '../../shared/evaluate/compile.ts';
import type { EngineName } from '../../shared/jobs/job.ts';
import type { Ledger, Snapshot } from '../../shared/ledger/ledger.ts';
import type { Receipts } from '../../shared/ledger/receipts.ts';
import type { Stopped } from '../../shared/ledger/stop.ts';
import type { PolicySource } from '../../shared/policy/source.ts';
import type { Log } from '../log.ts';
import type { WatchSettings } from '../settings.ts';
import type { Book, SweepContext } from './book.ts';
import type { Clock } from './clock.ts';

/** The engines that a sweep uses: who sees, and who cancels. */
interface Opened {
  readonly sources: Sources;
  readonly cancellers: Readonly<Partial<Record<EngineName, Canceller>>>;
}

/** Everything outside of a sweep. */
export interface World {
  readonly settings: Pick<WatchSettings, 'mode' | 'source' | 'ownPrincipal'>;
  readonly policy: PolicySource;
  readonly ledger: Ledger;
  readonly receipts: Pick<Receipts, 'get'>;
  /** What stops every cancel, if anything does; a switch that cannot be read stops them too. Never throws. */
  readonly stop: () => Promise<Stopped | undefined>;
  readonly trail: Trail;
  readonly engines: (names: readonly EngineName[]) => Promise<Opened>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One sweep under way. `listing` ends before `acting` does, so that there is time left to act. */
export interface Run {
  readonly world: World;
  readonly context: SweepContext;
  readonly startedAtMs: number;
  readonly compiled: Compiled;
  /** The ledger as it was read. */
  readonly before: Snapshot;
  readonly opened: Opened;
  readonly book: Book;
  readonly listing: CallBudget;
  readonly acting: CallBudget;
  readonly cancelByMs: number;
  /** What went wrong and did not stop the sweep, as sentences. */
  readonly troubles: string[];
}
