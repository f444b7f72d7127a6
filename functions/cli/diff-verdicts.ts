import { explain } from '../../shared/evaluate/explain.ts';
import { planOf } from '../../shared/evaluate/safety.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import { compiledFor, type Circumstances } from './asked.ts';
import { isListed } from './sweep-file.ts';
import { withOwner, type Owned } from './told.ts';
import { byDoing, doingOf, expectedEnd, verdictWords, type Doing } from './verdict-lines.ts';

/** How what becomes of a job changes, the most important first. */
const kinds = [
  'newly cancelled',
  'harder',
  'no longer cancelled',
  'softer',
  'other rule',
  'carried out otherwise',
  'other owner',
] as const;
export type Kind = (typeof kinds)[number];

/** What becomes of one job under one policy. */
interface Fate {
  readonly verdicts: readonly Verdict[];
  readonly owner: string;
}

/** A job of which something else becomes under the new policy. */
export interface VerdictChange {
  readonly kind: Kind;
  readonly job: Job;
  readonly before: Fate;
  readonly after: Fate;
  /** What in the new policy says so, or no longer does, in a sentence. */
  readonly because: string;
}

const hardness: Readonly<Record<Doing, number>> = {
  record: 1,
  'would warn': 2,
  'would cancel': 3,
  'held back': 3,
  warn: 4,
  cancel: 5,
};

/** A cancel that only the sweep holds back comes in the next one. */
function isCancel(verdict: Verdict): boolean {
  const by = verdict.heldBack?.by;
  const isPostponed = verdict.mode === 'enforce' && (by === 'budget' || by === 'breaker');
  return doingOf(verdict) === 'cancel' || isPostponed;
}

/** What is held back and told meanwhile is as hard as a warning. */
function hardnessOf(verdict: Verdict): number {
  if (isCancel(verdict)) return hardness.cancel;
  return hardness[expectedEnd(verdict).outcome.did === 'warned' ? 'warn' : doingOf(verdict)];
}

const hardest = ({ verdicts }: Fate) => Math.max(0, ...verdicts.map(hardnessOf));
const isCancelled = ({ verdicts }: Fate) => verdicts.some(isCancel);
const rulesOf = ({ verdicts }: Fate) => verdicts.map(({ rule }) => rule).join(' ');

/** What becomes of a job in words: `cancel by huge-scans`, or `nothing`. */
export function fateWords({ verdicts }: Fate): string {
  return verdicts.length === 0 ? 'nothing' : verdicts.map(verdictWords).join('; and ');
}

function kindOf(before: Fate, after: Fate): Kind | undefined {
  if (isCancelled(before) !== isCancelled(after)) return isCancelled(after) ? 'newly cancelled' : 'no longer cancelled';
  if (hardest(before) !== hardest(after)) return hardest(after) > hardest(before) ? 'harder' : 'softer';
  if (rulesOf(before) !== rulesOf(after)) return 'other rule';
  if (fateWords(before) !== fateWords(after)) return 'carried out otherwise';
  return before.owner !== after.owner && after.verdicts.length > 0 ? 'other owner' : undefined;
}

function fatesUnder(owned: Owned, jobs: readonly Job[], circumstances: Circumstances): ReadonlyMap<Job, Fate> {
  const { policy, lookups } = owned;
  const compiled = compiledFor(policy, circumstances);
  const { nowMs } = circumstances;
  const judged = jobs.flatMap((job) => explain(compiled, job, nowMs).verdicts.map(({ verdict }) => verdict));
  const known = judged.map((verdict) => withOwner(verdict, owned));
  const plan = planOf(compiled, known, jobs.length, nowMs);
  return new Map(
    jobs.map((job) => {
      const verdicts = plan.verdicts.filter((verdict) => verdict.job === job).sort(byDoing);
      return [job, { verdicts, owner: ownerOf(job, policy, lookups).name }];
    }),
  );
}

function becauseOf(kind: Kind, before: Fate, after: Fate): string {
  if (kind === 'other owner') return `Its owner is ${after.owner}, was ${before.owner}.`;
  const [now] = after.verdicts;
  const [old] = before.verdicts;
  if (now !== undefined) return now.heldBack?.why ?? `It ${now.because}.`;
  return old === undefined ? '' : `No rule applies; before, it ${old.because} (${old.rule}).`;
}

const none: Fate = { verdicts: [], owner: 'nobody' };

/** Whether a sweep judges the job at all. */
export function isJudged(job: Job): boolean {
  return isListed(job) && !job.redacted;
}

/** The jobs of which something else becomes under the new policy, in a sweep over all of them. */
export function verdictChanges(
  policies: { readonly before: Owned; readonly after: Owned },
  all: readonly Job[],
  circumstances: Circumstances,
): readonly VerdictChange[] {
  const jobs = all.filter(isJudged);
  const before = fatesUnder(policies.before, jobs, circumstances);
  const after = fatesUnder(policies.after, jobs, circumstances);
  const changes = jobs.flatMap((job): VerdictChange[] => {
    const [old, now] = [before.get(job) ?? none, after.get(job) ?? none];
    const kind = kindOf(old, now);
    return kind === undefined ? [] : [{ kind, job, before: old, after: now, because: becauseOf(kind, old, now) }];
  });
  return changes.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}
