import { jobName } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import type { BreakerState } from '../../shared/evaluate/breaker.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Circumstances } from './asked.ts';
import type { Line } from './command.ts';
import { momentWords } from './moments.ts';
import type { TargetSeen } from './sweep-live.ts';
import { table, type Cell } from './table.ts';
import { byDoing, doingOf, heldWords, marked, plain } from './verdict-lines.ts';

/** Everything that a sweep would come to. */
export interface Swept {
  readonly policy: Policy;
  readonly circumstances: Circumstances;
  readonly verdicts: readonly Verdict[];
  readonly breaker: BreakerState;
  readonly seen: number;
  readonly targets: readonly TargetSeen[];
  /** What was left out of the jobs that were given, in sentences. */
  readonly leftOut: readonly string[];
}

const headings = ['DOES', 'JOB', 'PRINCIPAL', 'OWNER', 'RULE', 'BECAUSE', 'HELD BACK'];

function rowOf(verdict: Verdict): readonly Cell[] {
  const { job, owner, rule, because } = verdict;
  const does = marked(doingOf(verdict), doingOf(verdict));
  const held = heldWords(verdict) ?? '';
  return [does, plain(jobName(job)), job.principal ?? 'unknown', owner?.name ?? '', rule, because, held].map((cell) =>
    typeof cell === 'string' && cell !== '' ? plain(cell) : cell,
  );
}

/** How often each thing would be done: `2 cancel, 1 held back`. */
export function countsOf(verdicts: readonly Verdict[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const verdict of [...verdicts].sort(byDoing)) counts[doingOf(verdict)] = (counts[doingOf(verdict)] ?? 0) + 1;
  return counts;
}

function breakerWords({ breaker, policy: { budget } }: Swept): string {
  const state = breaker.open ? `open: ${breaker.why}` : `closed, ${breaker.planned} planned.`;
  return `Breaker ${state} Budget: ${budget.perSweep} cancels a sweep.`;
}

function targetLines(targets: readonly TargetSeen[]): readonly Line[] {
  return targets
    .filter(({ complete, redacted }) => !complete || redacted > 0)
    .map(({ target, jobs, redacted, complete }): Line => {
      const told = complete ? '' : ', not seen to the end';
      return [{ text: `${target}: ${jobs} jobs, ${redacted} redacted${told}`, as: 'caution' }];
    });
}

/** What a sweep would do now, as a table, with how many of each. */
export function sweepLines(swept: Swept): readonly Line[] {
  const { policy, circumstances, verdicts, seen } = swept;
  const counts = Object.entries(countsOf(verdicts)).map(([doing, count]) => `${count} ${doing}`);
  const setting = `setting ${circumstances.setting} (${circumstances.settingFrom}), policy ${policy.mode}`;
  return [
    `A sweep at ${momentWords(circumstances.nowMs, policy.timezone)}: ${setting}. Nothing is done or told here.`,
    `${seen} jobs seen: ${counts.length === 0 ? 'nothing to do' : counts.join(', ')}.`,
    breakerWords(swept),
    ...targetLines(swept.targets),
    ...swept.leftOut,
    ...(verdicts.length === 0 ? [] : ['', ...table(headings, [...verdicts].sort(byDoing).map(rowOf))]),
  ];
}
