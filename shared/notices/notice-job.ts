import { clientOf } from '../jobs/client.ts';
import type { HintCode } from '../jobs/hint.ts';
import type { Job } from '../jobs/job.ts';
import type { Outcome } from '../jobs/verdict.ts';
import type { Policy } from '../policy/schema.ts';
import { againWords, behindWords } from './client-words.ts';
import { commandsFor } from './commands.ts';
import { calledWords } from './engine-words.ts';
import { firstLineOf } from './first-line.ts';
import { hintWords } from './hint-words.ts';
import { dataWords } from './job-words.ts';
import { nextWords, type NextReader } from './next-words.ts';
import type { NoticeJob, Receiver } from './notice.ts';
import { lostWords, snippetFor } from './for-operators.ts';
import { dayIn, oneLine } from './text.ts';

/** One outcome that somebody may have to be told of. */
export interface Tell {
  readonly outcome: Outcome;
  /** The case it belongs to and the audit event that records it. */
  readonly case: string;
  readonly event: string;
  /** Name of the audit event, for routes: `job.cancelled`. */
  readonly eventName: string;
  /** How often the job's cancel was attempted before; makes the notice of a new attempt a new notice. */
  readonly attempt: number;
  /** When a warned job will be cancelled, if its rule cancels. */
  readonly willCancelAtMs?: number;
  /** True when the owner was already told of the cancel, and this is how it ended. */
  readonly followUp?: boolean;
  /** What the job's own data shows that may help its owner. */
  readonly hints?: readonly HintCode[];
  /** What it has cost so far by list price, where that can be told. */
  readonly costUsd?: number | undefined;
  /** The earlier notices of the case, as `noticeKeys` names them. */
  readonly earlier?: Readonly<Record<string, string>>;
}

/** Where a BigQuery job is seen in the Google Cloud console; undefined without a location. */
export function consoleUrlOf(job: Job): string | undefined {
  if (job.engine !== 'bigquery' || job.location === undefined) return undefined;
  const part = (text: string) => encodeURIComponent(text.toWellFormed());
  const at = `bq:${part(job.location)}:${part(job.id)}`;
  const url = `https://console.cloud.google.com/bigquery?project=${part(job.project)}&j=${at}&page=queryresults`;
  return url.length > 4000 ? undefined : url;
}

function atLeastZero(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) || value < 0 ? undefined : value;
}

function spentOf(job: Job, nowMs: number): NoticeJob['spent'] {
  const started = job.startedAtMs;
  return {
    runTimeMs: atLeastZero(started === undefined ? undefined : (job.endedAtMs ?? nowMs) - started),
    bytesProcessed: atLeastZero(job.bytesProcessed),
    slotMs: atLeastZero(job.slotMs),
  };
}

function queryOf(job: Job, show: Policy['notices']['showQuery'], receivers: readonly Receiver[]): NoticeJob['query'] {
  if (show === 'never' || job.queryText === undefined) return undefined;
  const firstLine = firstLineOf(job.queryText);
  if (firstLine === undefined) return undefined;
  if (show === 'all') return { firstLine, for: 'all' };
  const isAuthor = receivers.some(({ to }) => 'email' in to && to.email === job.principal);
  return isAuthor ? { firstLine, for: 'author' } : undefined;
}

function measuredOf(measured: Outcome['verdict']['measured']): NoticeJob['measured'] {
  return measured.slice(0, 16).flatMap(({ why, ...rest }) => {
    const isNumber = Number.isFinite(rest.threshold) && (rest.value === undefined || Number.isFinite(rest.value));
    return isNumber ? [{ ...rest, ...(why === undefined ? {} : { why: oneLine(why, 1000) }) }] : [];
  });
}

function clientWords(job: Job): Pick<NoticeJob, 'client' | 'clientRun'> {
  const { name, hints } = clientOf(job);
  if (name === undefined || name === null) return {};
  const run = Object.entries(hints).map(([key, value]) => `${key} ${value}`);
  return { client: oneLine(name, 300), ...(run.length === 0 ? {} : { clientRun: oneLine(run.join(', '), 300) }) };
}

/** What decides how a job is said: the policy, who reads it, and when. */
interface Shown {
  readonly policy: Pick<Policy, 'notices' | 'rules' | 'timezone'>;
  readonly receivers: readonly Receiver[];
  readonly atMs: number;
  /** Whether the notice is about the jobs of several owners, so that each job has to name its own. */
  readonly namesOwners: boolean;
  /** Whether the readers run Jobwarden, and want to know of the rules. */
  readonly forOperators: boolean;
  /** Whether it was warned of before, and still stands. */
  readonly repeated: boolean;
}

type Who = Pick<NoticeJob, 'principal' | 'client' | 'clientRun' | 'owner'>;
type Where = Pick<NoticeJob, 'engine' | 'project' | 'location' | 'id' | 'called' | 'consoleUrl'>;
type Verdicts = Pick<NoticeJob, 'rule' | 'ruleSays' | 'action' | 'line' | 'because' | 'measured' | 'heldBack'>;
type Extras = Pick<NoticeJob, 'hints' | 'cost' | 'behind' | 'again' | 'commands' | 'lost' | 'snippet' | 'repeated'>;

function whoOf({ outcome: { job, verdict } }: Tell, { namesOwners }: Shown): Who {
  const owner = namesOwners ? (verdict.owner?.name ?? 'nobody was found') : undefined;
  return {
    principal: job.principal === undefined ? undefined : oneLine(job.principal, 300),
    ...clientWords(job),
    owner: owner === undefined ? undefined : oneLine(owner, 300),
  };
}

function whereOf(job: Job): Where {
  const called = calledWords(job);
  return {
    engine: job.engine,
    project: oneLine(job.project, 300),
    location: job.location === undefined ? undefined : oneLine(job.location, 300),
    id: oneLine(job.id, 1100),
    called: called === undefined ? undefined : oneLine(called, 300),
    consoleUrl: consoleUrlOf(job),
  };
}

function verdictOf({ verdict }: Outcome, { policy }: Shown): Verdicts {
  const { heldBack } = verdict;
  const description = policy.rules.find(({ name }) => name === verdict.rule)?.description;
  return {
    rule: oneLine(verdict.rule, 300),
    ruleSays: description === undefined ? undefined : oneLine(description, 300),
    action: verdict.action,
    line: verdict.phase,
    because: oneLine(verdict.because, 1000),
    measured: measuredOf(verdict.measured),
    heldBack: heldBack === undefined ? undefined : { by: heldBack.by, why: oneLine(heldBack.why, 1000) },
  };
}

function readerOf(owner: Outcome['verdict']['owner'], { namesOwners, forOperators }: Shown): NextReader {
  if (owner === undefined || owner.kind === 'fallback') return 'no-owner';
  return namesOwners || forOperators ? 'operators' : 'owner';
}

function nextOf({ outcome: { did, job, verdict } }: Tell, shown: Shown, willCancelAtMs: number | undefined): string {
  return nextWords(did, {
    client: clientOf(job).name ?? undefined,
    jobType: job.jobType,
    reader: readerOf(verdict.owner, shown),
    willCancel: willCancelAtMs !== undefined,
    cancels: verdict.action === 'cancel',
    line: verdict.phase,
  });
}

function costOf({ costUsd, outcome: { job } }: Tell): NoticeJob['cost'] {
  const usd = atLeastZero(costUsd);
  if (usd === undefined || usd === 0 || job.reservation === undefined) return undefined;
  return { usd, paidBy: job.reservation === null ? 'on-demand' : 'reserved' };
}

function extrasOf(tell: Tell, { forOperators, repeated, policy, atMs }: Shown): Extras {
  const { did, job, verdict } = tell.outcome;
  const extras = {
    hints: (tell.hints ?? []).slice(0, 5).map(hintWords),
    cost: costOf(tell),
    behind: behindWords(job, verdict.owner),
    again: againWords(job, did),
    commands: commandsFor(job, did),
    ...(repeated ? { repeated: true as const } : {}),
  };
  if (!forOperators) return extras;
  return { ...extras, lost: lostWords(verdict), snippet: snippetFor(verdict, dayIn(atMs, policy.timezone)) };
}

/** What a notice says about one outcome: bounded strings, no text of the job but what the policy allows to be shown. */
export function noticeJob(tell: Tell, shown: Shown): NoticeJob {
  const { did, why, job, confirmedAtMs } = tell.outcome;
  const willCancelAtMs = did === 'warned' ? tell.willCancelAtMs : undefined;
  return {
    event: oneLine(tell.event, 500),
    case: oneLine(tell.case, 300),
    ...whereOf(job),
    ...whoOf(tell, shown),
    ...verdictOf(tell.outcome, shown),
    ...extrasOf(tell, shown),
    did,
    why: oneLine(why, 1000),
    spent: spentOf(job, shown.atMs),
    willCancelAtMs,
    endedAtMs: did === 'cancelled' ? (job.endedAtMs ?? confirmedAtMs) : undefined,
    query: queryOf(job, shown.policy.notices.showQuery, shown.receivers),
    data: dataWords(job, did),
    next: nextOf(tell, shown, willCancelAtMs),
  };
}
