import { formatDuration } from '../../shared/jobs/duration.ts';
import { clientOf } from '../../shared/jobs/client.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Owner } from '../../shared/jobs/owner.ts';
import { formatQuantity } from '../../shared/jobs/quantity.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { describeBasis } from '../../shared/evaluate/cost.ts';
import type { Change } from '../../shared/evaluate/changes.ts';
import type { Explanation, HoldTrace } from '../../shared/evaluate/explain.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Circumstances } from './asked.ts';
import type { Line } from './command.ts';
import { paceLines } from './explain-pace.ts';
import { quietLines } from './explain-quiet.ts';
import { ruleLines } from './explain-rules.ts';
import { momentWords } from './moments.ts';
import type { Told } from './told.ts';
import { doingOf, heldWords, marked, plain, verdictWords } from './verdict-lines.ts';

/** Everything that is said about one job. */
export interface Explained {
  readonly job: Job;
  readonly policy: Policy;
  readonly circumstances: Circumstances;
  readonly explanation: Explanation;
  readonly owner: Owner;
  readonly told: readonly Told[];
}

function sinceWords(job: Job, nowMs: number): string {
  if (job.state === 'running') {
    return job.startedAtMs === undefined ? 'running' : `running for ${formatDuration(nowMs - job.startedAtMs)}`;
  }
  if (job.state !== 'pending') return job.state;
  return job.createdAtMs === undefined ? 'waiting' : `waiting for ${formatDuration(nowMs - job.createdAtMs)}`;
}

/** A job in one line: what it is, who runs it, by which client, for how long. */
function jobWords(job: Job, nowMs: number): string {
  const { name, possible } = clientOf(job);
  const client =
    name === undefined
      ? 'an unknown client'
      : (name ?? (possible.length === 0 ? 'no known client' : `no known client, or ${possible.join(' or ')}`));
  const kind = job.statementType ?? job.jobType ?? 'a job of unknown kind';
  const by =
    job.principal === undefined ? 'an unknown principal' : `${job.principal} (${job.principalKind ?? 'kind unknown'})`;
  return plain(`${kind} by ${by} from ${client}, ${sinceWords(job, nowMs)}`);
}

function ownerWords({ name, kind, foundBy }: Owner): string {
  return name === 'nobody' ? `nobody (${foundBy})` : `${name} (${kind}), found by ${foundBy}`;
}

function toldWords({ receivers, through }: Told): string {
  if (receivers.length === 0) return through;
  return `${receivers.map((chain) => chain.join(', else ')).join('; and ')} (${through})`;
}

function modesWords({ modes }: Verdict, { settingFrom }: Circumstances): string {
  const { setting, policy, target, rule } = modes;
  return `setting ${setting} (${settingFrom}), policy ${policy}, target ${target}, rule ${rule}; the softest counts`;
}

function holdLine({ by, entry, holds, why }: HoldTrace): Line {
  const name = `${by}${entry === undefined ? '' : ` ${entry + 1}`}`.padEnd(12);
  return ['    ', { text: holds ? 'yes' : 'no ', as: holds ? 'caution' : 'quiet' }, `  ${name}  ${plain(why)}`];
}

function cancelWords({ policy }: Explained, { rule: name }: Verdict, atMs: number): string {
  const rule = policy.rules.find((one) => one.name === name);
  const what = (rule?.graceMs ?? 0) === 0 ? 'Its limit passes at' : 'It would be cancelled at the earliest at';
  return `${what} ${momentWords(atMs, policy.timezone)}.`;
}

function verdictLines(all: Explained, index: number): readonly Line[] {
  const traced = all.explanation.verdicts[index];
  if (traced === undefined) return [];
  const { verdict, holds } = traced;
  const held = heldWords(verdict);
  const told = all.told[index];
  return [
    [marked(verdictWords(verdict), doingOf(verdict))],
    `  It ${plain(verdict.because)}.`,
    ...(held === undefined ? [] : [`  ${plain(held)}`]),
    ...(verdict.cancelAtMs === undefined ? [] : [`  ${cancelWords(all, verdict, verdict.cancelAtMs)}`]),
    `  mode   ${modesWords(verdict, all.circumstances)}`,
    ...(told === undefined ? [] : [`  told   ${plain(toldWords(told))}`]),
    ...(holds.length === 0 ? [] : ['  what may hold it back', ...holds.map(holdLine)]),
  ];
}

/** What a sweep limits and one job cannot show. */
export function sweepWords({ breaker, budget }: Policy): string {
  const share = `${Math.round(breaker.maxShare * 100)} % of the jobs seen, from ${breaker.minJobs} jobs on`;
  const limits = `the breaker opens above ${breaker.maxCancels} planned cancels (or ${share}), and at most ${budget.perSweep} cancels are attempted`;
  return `Breaker and budget are of a sweep, not of a job: ${limits}. jobwarden sweep shows both.`;
}

function changeLine({ atMs, because, verdicts }: Change, { policy, circumstances }: Explained): Line {
  const then = verdicts.length === 0 ? 'nothing' : verdicts.map(verdictWords).join('; and ');
  const when = `${momentWords(atMs, policy.timezone)} (in ${formatDuration(atMs - circumstances.nowMs)})`;
  return ['  ', { text: when, as: 'strong' }, `: ${plain(then)}, because ${plain(because.join(' and '))}`];
}

function changeLines(all: Explained): readonly Line[] {
  const { changes, judged } = all.explanation;
  if (!judged) return [];
  if (changes.length === 0) return ['As far as time goes, this does not change while the job goes on as it is.'];
  return ['If the job goes on as it is, this changes:', ...changes.map((change) => changeLine(change, all))];
}

function spentWords({ bytesProcessed, bytesEstimated, slotMs }: Job): string {
  const parts = [
    bytesProcessed === undefined
      ? 'bytes processed not known'
      : `${formatQuantity('bytesProcessed', bytesProcessed)} processed`,
    bytesEstimated === undefined
      ? 'estimate not known'
      : `${formatQuantity('bytesEstimated', bytesEstimated)} estimated`,
    slotMs === undefined ? 'slot time not known' : formatQuantity('slotHours', slotMs / 3_600_000),
  ];
  return parts.join(', ');
}

/** The answer first: what a sweep would do and why, who hears of it, when that changes; then every rule. */
export function explainLines(all: Explained): readonly Line[] {
  const { job, policy, circumstances, explanation, owner } = all;
  const none = explanation.judged ? 'nothing: no rule applies' : `nothing: it is not judged. ${explanation.why}`;
  return [
    [{ text: plain(jobName(job)), as: 'strong' }, ` at ${momentWords(circumstances.nowMs, policy.timezone)}`],
    `  ${jobWords(job, circumstances.nowMs)}`,
    `  ${spentWords(job)}`,
    `  cost   ${describeBasis(policy.prices, job)}`,
    `  owner  ${plain(ownerWords(owner))}`,
    '',
    ...(explanation.verdicts.length === 0
      ? [none]
      : explanation.verdicts.flatMap((_, index) => verdictLines(all, index))),
    ...changeLines(all),
    ...paceLines(all),
    ...quietLines(all),
    sweepWords(policy),
    '',
    [{ text: 'Rules', as: 'strong' }],
    ...explanation.rules.flatMap(ruleLines),
  ];
}
