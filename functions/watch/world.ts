import type { Trail } from '../../shared/audit/trail.ts';
import type { CallBudget, Canceller } from '../../shared/engines/engine.ts';
import type { Traffic } from '../../shared/engines/http/meter.ts';
import type { Sources } from '../../shared/engines/list.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import type { Compiled } from '../../shared/evaluate/compile.ts';
import type { EngineName } from '../../shared/jobs/job.ts';
import type { FleetStore } from '../../shared/ledger/fleet-store.ts';
import type { Ledger, Snapshot } from '../../shared/ledger/ledger.ts';
import type { Receipts } from '../../shared/ledger/receipts.ts';
import type { Stopped } from '../../shared/ledger/stop.ts';
import type { PolicySource } from '../../shared/policy/source.ts';
import type { Log } from '../log.ts';
import type { WatchSettings } from '../settings.ts';
import type { Book, SweepContext } from './book.ts';
import type { Clock } from './clock.ts';
import type { Discovered } from './discover.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LookupsRead } from './lookups.ts';
import type { Part } from './part.ts';
import type { QuietPlaces } from './quiet.ts';

/** The engines that a sweep uses: who sees, and who cancels. */
interface Opened {
  readonly sources: Sources;
  readonly cancellers: Readonly<Partial<Record<EngineName, Canceller>>>;
  /** What went over the wire to all engines so far, where that is counted. */
  readonly traffic?: () => Traffic;
}

/** Everything outside of a sweep. */
export interface World {
  readonly settings: Pick<WatchSettings, 'mode' | 'source' | 'ownPrincipal' | 'ifRejected'>;
  readonly policy: PolicySource;
  readonly ledger: Ledger;
  readonly receipts: Pick<Receipts, 'get'>;
  /** What stops every cancel, if anything does; a switch that cannot be read stops them too. Never throws. */
  readonly stop: () => Promise<Stopped | undefined>;
  readonly trail: Trail;
  readonly engines: (names: readonly EngineName[]) => Promise<Opened>;
  readonly clock: Clock;
  /** The targets that had jobs in the last sweep of this instance: they are listed first. */
  readonly active?: Set<string>;
  /** The targets without jobs for a while, of those that were found: they are listed less often where the rules allow it. */
  readonly quiet?: QuietPlaces;
  /** What binds this sweep together with those of other instances; undefined: there are none. */
  readonly fleet?: FleetStore | undefined;
  /** What of the work is this sweep's own; undefined: all of it. */
  readonly part?: Part | undefined;
  /** Hands the work of a sweep that has begun out to others, and says what is left of it. */
  readonly handOut?: ((run: Run) => Promise<Part>) | undefined;
  /** Somebody outside who notices when sweeps stay away; undefined: nobody. */
  readonly heartbeat?: Heartbeat | undefined;
  readonly log: Log;
}

/** One sweep under way. `listing` ends before `acting` does, so that there is time left to act. */
export interface Run {
  readonly world: World;
  /** What of the work this sweep does. */
  readonly part: Part;
  readonly context: SweepContext;
  readonly startedAtMs: number;
  readonly compiled: Compiled;
  /** The hash of the policy's text as it was read, also where it was rejected and an earlier one stands. */
  readonly textSha256: string;
  /** The ledger as it was read. */
  readonly before: Snapshot;
  readonly opened: Opened;
  /** What was found below folders and organizations. */
  readonly discovered: Discovered;
  readonly book: Book;
  /** In how many other jobs the same query of the same principal was cancelled within a time; undefined: not known. */
  readonly retriesOf: Circumstances['retriesOf'];
  /** The lookups of the policy as they were read for this sweep, and what was wrong with them. */
  readonly lookups: LookupsRead;
  readonly listing: CallBudget;
  readonly acting: CallBudget;
  readonly cancelByMs: number;
  /** What went wrong and did not stop the sweep, as sentences. */
  readonly troubles: string[];
}
