import { eventName } from '../../shared/audit/event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { emptyLedger, type Case, type LedgerDocument } from '../../shared/ledger/document.ts';
import type { Receipt } from '../../shared/ledger/receipts.ts';
import { noticeSchema } from '../../shared/notices/notice.ts';
import { keepPromises, type Promises } from '../watch/promises.ts';
import { graceLimitMs, graceMs, slotLimitMs, undeliveredWaitMs, type Meaning } from './policies.ts';

/** What a cancel is judged by: what the instance that sends it could know. */
export interface CancelFacts {
  readonly instance: string;
  readonly sweepId: string;
  /** By the clock of the machine that sends it, and of the service. */
  readonly machineMs: number;
  readonly trueMs: number;
  /** The job as this instance saw it last, and whether any policy may cancel it. */
  readonly job: Job;
  readonly mayBeCancelled: boolean;
  readonly policy: Meaning;
  /** Whether the stop switch let it pass since the last cancel of this instance. */
  readonly passedTheSwitch: boolean;
  /** Whether the policy was read again since then. */
  readonly readThePolicy: boolean;
  /** Whether the machine's clock was set while this sweep was under way. */
  readonly clockWasSet: boolean;
}

/** Ids may be used again; the time of creation tells one run from another. */
export const runOf = ({ id, createdAtMs }: Pick<Job, 'id' | 'createdAtMs'>) => `${id} of ${createdAtMs ?? 'no time'}`;

/** An attempt that was begun; `isRefused` once the service has forbidden it. */
interface Attempt {
  /** See `runOf`. */
  readonly run: string;
  readonly sweepId: string;
  readonly trueMs: number;
  isRefused: boolean;
}

/** Looks on from outside: what was recorded, published and asked for, and which promise that broke. */
export interface Oracle {
  readonly promises: Promises;
  /** The ledger as it stands. */
  ledger(): LedgerDocument;
  wrote(name: string, bytes: Uint8Array): void;
  accepted(event: TrailEvent): void;
  /** A cancel is asked for: once for each attempt. */
  attempt(facts: CancelFacts): Attempt;
  /** A request to cancel is sent: once for each try of an attempt. */
  request(facts: CancelFacts): void;
  readonly attempts: readonly Attempt[];
  readonly receipts: ReadonlyMap<string, Receipt>;
  broken(): readonly string[];
  breaks(says: string): void;
  /** For long runs: forgets what happened before, which nobody can break any more; what was broken stays. */
  forget(beforeMs: number): void;
}

const skewMs = 60_000;
const hourMs = 3_600_000;

function caseOf(document: LedgerDocument, job: Job): Case | undefined {
  return Object.values(document.cases).find((one) => runOf(one.job) === runOf(job));
}

function graceIsOver(facts: CancelFacts, story: Case, receipts: ReadonlyMap<string, Receipt>): boolean {
  const told = story.told['with-grace'];
  if (told === undefined) return false;
  const receipt = receipts.get(told.noticeId);
  const slackMs = skewMs;
  if (receipt?.how === 'delivered') {
    return receipt.cases.includes(story.id) && facts.machineMs >= receipt.atMs + graceMs - slackMs;
  }
  return facts.machineMs >= Math.min(receipt?.atMs ?? told.atMs, told.atMs) + undeliveredWaitMs - slackMs;
}

/** What is wrong with a request to cancel that is sent; empty when nothing is. */
function faultsOf(
  facts: CancelFacts,
  document: LedgerDocument,
  receipts: ReadonlyMap<string, Receipt>,
): readonly string[] {
  const { job, machineMs, trueMs, policy, sweepId } = facts;
  const story = caseOf(document, job);
  const plan = story?.state === 'planned' ? story.plan : undefined;
  const isGraceful = job.labels?.['grace'] !== undefined;
  const limitMs = isGraceful && policy.limitMs < hourMs ? graceLimitMs : policy.limitMs;
  const isOverSlots = !isGraceful && (job.slotMs ?? 0) > slotLimitMs;
  const ranMs = machineMs - (job.startedAtMs ?? machineMs);
  return [
    plan === undefined ? 'no plan for it is on record' : '',
    plan !== undefined && plan.sweepId !== sweepId ? `the plan on record is that of ${plan.sweepId}` : '',
    plan !== undefined && machineMs < plan.dueMs ? 'it is not due yet' : '',
    plan !== undefined && machineMs >= plan.notAfterMs && !facts.clockWasSet ? 'its time is over' : '',
    facts.mayBeCancelled ? '' : 'no policy may ever cancel it',
    policy.cancels ? '' : 'the policy in force cancels nothing',
    ranMs > limitMs || isOverSlots ? '' : `it has run for ${ranMs} ms, and may for ${limitMs}`,
    Math.abs(machineMs - trueMs) > skewMs && !facts.clockWasSet ? 'the clocks are too far apart' : '',
    facts.readThePolicy ? '' : 'the policy was not read again',
    facts.passedTheSwitch ? '' : 'the stop switch was not asked, or said stop',
    isGraceful && story !== undefined && !graceIsOver(facts, story, receipts) ? 'its grace is not over' : '',
  ].filter(Boolean);
}

/** What is wrong with one more attempt, counted together with those before it. */
function excess(facts: CancelFacts, before: Oracle['attempts']): readonly string[] {
  const { policy, sweepId, trueMs, job } = facts;
  const inSweep = before.filter((one) => one.sweepId === sweepId).length + 1;
  const inHour = before.filter((one) => trueMs - one.trueMs < hourMs - skewMs).length + 1;
  const ofJob = before.filter((one) => one.run === runOf(job) && !one.isRefused).length + 1;
  return [
    inSweep > policy.perSweep ? `it is number ${inSweep} of its sweep` : '',
    inSweep > policy.maxCancels ? `the breaker should have opened: it is number ${inSweep}` : '',
    inHour > policy.perHour && !facts.clockWasSet ? `it is number ${inHour} within an hour` : '',
    ofJob > 3 ? `it is attempt ${ofJob} at this job` : '',
  ].filter(Boolean);
}

/** An oracle that has seen nothing yet. */
export function anOracle(): Oracle {
  let promises = keepPromises();
  const receipts = new Map<string, Receipt>();
  const attempts: Attempt[] = [];
  const broken: string[] = [];
  const recorded = new Map<string, string>();
  let text = '';
  let document: LedgerDocument | undefined = emptyLedger;
  const ledger = (): LedgerDocument => (document ??= { ...emptyLedger, ...JSON.parse(text) });
  const say = (facts: CancelFacts, faults: readonly string[]) => {
    for (const fault of faults)
      broken.push(`${facts.job.id} is cancelled by ${facts.sweepId} (${facts.instance}): ${fault}`);
  };
  return {
    get promises() {
      return promises;
    },
    ledger,
    attempts,
    receipts,
    wrote: (name, bytes) => {
      const written = new TextDecoder().decode(bytes);
      if (name.startsWith('receipts/')) receipts.set(name.slice('receipts/'.length), JSON.parse(written));
      if (name.includes('/')) return;
      text = written;
      document = undefined;
      for (const event of ledger().outbox) recorded.set(event.id, JSON.stringify(event));
    },
    accepted: (event) => {
      promises.published(event);
      if (eventName(event.type) === 'policy.rejected') return;
      if (recorded.get(event.id) !== JSON.stringify(event))
        broken.push(`${event.id} was published and is not on record`);
      if (event.type.includes('notice')) noticeSchema.parse(event.data);
    },
    attempt: (facts) => {
      say(facts, excess(facts, attempts));
      const attempt = { run: runOf(facts.job), sweepId: facts.sweepId, trueMs: facts.trueMs, isRefused: false };
      attempts.push(attempt);
      return attempt;
    },
    request: (facts) => say(facts, faultsOf(facts, ledger(), receipts)),
    broken: () => [...broken, ...promises.broken({ numbers: true })],
    breaks: (says) => void broken.push(says),
    forget: (beforeMs) => {
      broken.push(...promises.broken({ numbers: true }));
      promises = keepPromises();
      const waiting = new Set(ledger().outbox.map(({ id }) => id));
      for (const id of recorded.keys()) if (!waiting.has(id)) recorded.delete(id);
      for (const [id, { atMs }] of receipts) if (atMs < beforeMs) receipts.delete(id);
      attempts.splice(0, attempts.findLastIndex(({ trueMs }) => trueMs < beforeMs) + 1);
    },
  };
}
