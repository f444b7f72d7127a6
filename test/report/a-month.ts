import { stringify } from 'yaml';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { aJob, aRule, hours, minutes, nowMs, tib, type WrittenPolicy } from '../make.ts';
import { aWorld, type TestWorld } from '../watch/a-world.ts';
import { denied, endsAfter, ignored, succeeded, type OnCancel } from '../watch/memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

/** What is true of a planted job, whatever Jobwarden says of it. */
export interface Truth {
  readonly rule: string;
  /** What becomes of it; `would` are the jobs of the rule on trial. */
  readonly fate:
    | 'confirmed'
    | 'finishedFirst'
    | 'failedByItself'
    | 'forbidden'
    | 'unconfirmed'
    | 'would'
    | 'would, running'
    | 'exempt'
    | 'opt-out'
    | 'breaker'
    | 'recorded'
    | 'warned';
  readonly isLikelyFalse?: true;
  /** How long it had been over its limit when a sweep could see it first. */
  readonly lateMs: number;
  /** The minute of that sweep. */
  readonly minute: number;
  readonly endsAtMs: number | undefined;
  readonly job: Job;
}

const limitMs = minutes(30);
/** Two slots are busy all the time, and a TiB an hour is read. */
const slots = 2;
const reservation = 'ops:EU.batch';
export const slotHourUsd = 0.05;

const on = (who: string) => ({ principal: `*@${who}.example.com` });
const at = (minute: number) => nowMs + minutes(minute);

const domains = ['trial', 'live', 'notes', 'cautions'].map((one) => `${one}.example.com`);

const policy: WrittenPolicy = {
  operators: { slack: '#data-cost' },
  owners: { labels: ['owner'], domains: domains, fallback: { slack: '#data-unowned' } },
  breaker: { maxCancels: 20, maxShare: '100%' },
  budget: { perSweep: 50, perOwnerPerHour: 50, perHour: 500 },
  prices: { reservations: { [reservation]: `${slotHourUsd} USD` } },
  rules: [
    aRule({ name: 'trial', mode: 'observe', match: on('trial') }),
    aRule({ name: 'live', match: on('live') }),
    aRule({ name: 'notes', action: 'record', match: on('notes') }),
    aRule({ name: 'cautions', action: 'warn', match: on('cautions') }),
    aRule({ name: 'nobody', mode: 'observe', match: on('nobody') }),
    aRule({ name: 'dear', action: 'record', match: on('notes'), limit: { costSoFar: '9000 USD' } }),
  ],
  exemptions: [
    {
      match: { principal: 'close@live.example.com' },
      reason: 'month-end close',
      approvedBy: 'cfo@example.com',
      expires: '2026-03-20',
    },
    {
      match: { principal: 'old@live.example.com' },
      reason: 'migration',
      approvedBy: 'cto@example.com',
      expires: '2026-06-30',
    },
  ],
  optOut: { label: 'jobwarden=keep', allowedFor: ['*@live.example.com'], upTo: { runTime: '6h' } },
};

interface Planted extends Truth {
  readonly onCancel?: OnCancel;
}

interface Plan extends Pick<Truth, 'rule' | 'fate' | 'isLikelyFalse'> {
  readonly minute: number;
  readonly who?: string;
  readonly lateMs?: number;
  /** After its limit; left out, it goes on. */
  readonly endsAfterMs?: number;
  readonly onCancel?: OnCancel;
  readonly fields?: Partial<Job>;
}

/** A job that is over its limit for `lateMs` when the sweep of its minute sees it first; it began before that. */
function planted(plan: Plan, index: number): Planted {
  const { minute, rule, fate, who = 'ana', lateMs = minutes(1), endsAfterMs, onCancel, fields, isLikelyFalse } = plan;
  const startedAtMs = at(minute) - lateMs - limitMs;
  const job = aJob({
    id: `${rule}-${index}`,
    startedAtMs,
    createdAtMs: startedAtMs,
    principal: `${who}@${rule}.example.com`,
    reservation,
    edition: 'ENTERPRISE',
    queryText: `SELECT ${'x'.repeat(index + 1)}`,
    ...fields,
  });
  const endsAtMs = endsAfterMs === undefined ? undefined : startedAtMs + limitMs + endsAfterMs;
  const also = { ...(onCancel && { onCancel }), ...(isLikelyFalse && { isLikelyFalse }) };
  return { minute, rule, fate, lateMs, endsAtMs, job, ...also };
}

const again = { queryText: 'SELECT again', jobType: 'query' };

const plans: readonly Plan[] = [
  // Ten that run on for an hour, two that were about to finish, one on demand that fails, one that goes on.
  ...Array.from({ length: 10 }, (_, index): Plan => ({
    rule: 'trial',
    fate: 'would',
    minute: 2 + 2 * index,
    who: index < 7 ? 'ana' : 'lee',
    endsAfterMs: hours(1),
  })),
  { rule: 'trial', fate: 'would', minute: 30, endsAfterMs: minutes(4), isLikelyFalse: true },
  { rule: 'trial', fate: 'would', minute: 32, endsAfterMs: minutes(8), isLikelyFalse: true },
  { rule: 'trial', fate: 'would', minute: 34, endsAfterMs: minutes(9.5), who: 'eve' },
  { rule: 'trial', fate: 'would, running', minute: 36 },
  { rule: 'live', fate: 'confirmed', minute: 40, fields: again },
  { rule: 'live', fate: 'finishedFirst', minute: 42, onCancel: endsAfter(1000, succeeded), lateMs: minutes(3) },
  {
    rule: 'live',
    fate: 'failedByItself',
    minute: 44,
    onCancel: endsAfter(1000, { how: 'failed', reason: 'resourcesExceeded' }),
  },
  { rule: 'live', fate: 'forbidden', minute: 46, onCancel: denied },
  { rule: 'live', fate: 'confirmed', minute: 48, lateMs: minutes(9) },
  { rule: 'live', fate: 'unconfirmed', minute: 50, onCancel: ignored },
  { rule: 'live', fate: 'exempt', minute: 52, who: 'close', endsAfterMs: hours(1) },
  { rule: 'live', fate: 'opt-out', minute: 54, fields: { labels: { jobwarden: 'keep' } }, endsAfterMs: hours(1) },
  // The same query of the same person once more.
  { rule: 'live', fate: 'confirmed', minute: 120, fields: again },
  // So many at once are more than the breaker lets through.
  ...Array.from({ length: 21 }, (): Plan => ({
    rule: 'live',
    fate: 'breaker',
    minute: 150,
    endsAfterMs: minutes(20),
    who: 'bob',
  })),
  // Its engine says nothing of its slot time, so that its cost cannot be told.
  { rule: 'notes', fate: 'recorded', minute: 60, endsAfterMs: hours(1), fields: { slotMs: undefined } },
  { rule: 'cautions', fate: 'warned', minute: 62, endsAfterMs: hours(1) },
];

/** A run of real sweeps, the truth about its jobs, and everything that it left behind. */
export interface Month {
  readonly world: TestWorld;
  readonly truth: readonly Truth[];
  readonly policyText: string;
  readonly state: Objects;
  /** Every event and log line, as they were published. */
  readonly values: readonly unknown[];
}

const lastMinute = 200;
const targets = [{ engine: 'bigquery', projects: ['analytics-prod', 'finance-prod'] }];

/** The numbers of a job at a moment: they grow until it ends. */
function look({ job, endsAtMs = Infinity }: Planted) {
  return (atMs: number): Partial<Job> => {
    if (job.slotMs === undefined) return {};
    const ranMs = Math.min(atMs, endsAtMs) - (job.startedAtMs ?? 0);
    return { slotMs: slots * ranMs, bytesProcessed: (ranMs / hours(1)) * tib(1) };
  };
}

async function ranThrough(all: readonly Planted[]): Promise<TestWorld> {
  const world = aWorld({ policy });
  for (let minute = 0; minute <= lastMinute; minute += 1) {
    for (const one of all.filter((planned) => planned.minute === minute)) {
      const { job, onCancel, endsAtMs } = one;
      world.engine.put({ job, look: look(one), ...(onCancel && { onCancel }), ...(endsAtMs && { endsAtMs }) });
    }
    if (minute === 0) await world.sweep();
    else await world.sweepAgain();
  }
  return world;
}

/** The receipts that `notify` would have written: one message in which the operators' channel was gone, all others well. */
async function stateOf(world: TestWorld): Promise<Objects> {
  const { now } = world.clock;
  const objects = memoryObjects({ now });
  await objectLedger(objects, { now, wait: async () => undefined }).swap(world.ledger.latest(), 'absent');
  const receipts = objectReceipts(objects, { now });
  for (const [index, { id, atMs, jobs }] of world.notices().entries()) {
    const how = index === 0 ? 'undeliverable' : 'delivered';
    await receipts.put({ noticeId: id, how, atMs, cases: jobs.map((job) => job.case), notReached: [] });
  }
  return objects;
}

/** Makes the month: two hundred sweeps, a minute apart, over every fate that a job may have. */
export async function aMonth(): Promise<Month> {
  const all = plans.map(planted);
  const world = await ranThrough(all);
  const lines = world.log.filter(({ event }) => event === 'sweep.completed');
  const policyText = stringify({ version: 1, mode: 'enforce', targets, ...policy });
  return { world, truth: all, policyText, state: await stateOf(world), values: [...world.trail.events, ...lines] };
}
