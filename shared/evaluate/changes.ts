import { formatQuantity } from '../jobs/quantity.ts';
import type { Job } from '../jobs/job.ts';
import type { Metric, Verdict } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import { isAroundMonthEnd, wallTime } from './calendar.ts';
import type { Compiled } from './compile.ts';
import { judge } from './evaluate.ts';
import { warnsUnjudgedFrom } from './judge-rule.ts';
import { held } from './safety.ts';
import { activeWords } from './trace-rule.ts';
import { atWallTime, dayAfter } from './wall-time.ts';

/** A moment at which the verdicts on a job become others if it goes on as it is, and what makes them so. */
export interface Change {
  readonly atMs: number;
  readonly because: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** A moment at which something in the policy begins or ends for the job. */
interface Instant {
  readonly atMs: number;
  readonly why: string;
}

/** Windows and working days are looked at so far ahead. */
const windowDays = 8;
const monthDays = 40;
const expiryDays = 7;
const mostInstants = 2000;

function startOf(metric: Metric, job: Job): number | undefined {
  if (metric === 'runTime' && job.state === 'running') return job.startedAtMs;
  return metric === 'queueTime' && job.state === 'pending' ? job.createdAtMs : undefined;
}

function limitInstants(limit: Limit | undefined, what: string, job: Job): Instant[] {
  return (['runTime', 'queueTime'] as const).flatMap((metric) => {
    const threshold = limit?.of[metric];
    const startMs = startOf(metric, job);
    if (threshold === undefined || startMs === undefined) return [];
    // Over is strictly greater.
    return [
      { atMs: startMs + threshold + 1, why: `${metric} passes the ${what} of ${formatQuantity(metric, threshold)}` },
    ];
  });
}

function ruleInstants({ policy }: Compiled, job: Job): Instant[] {
  return policy.rules.flatMap((rule) => {
    const { name, limit, warnAt } = rule;
    const unjudgedMs = warnsUnjudgedFrom(rule, job);
    const unjudged = { atMs: unjudgedMs ?? 0, why: `${name} warns of what it cannot judge for so long` };
    return [
      ...limitInstants(limit, `limit of ${name}`, job),
      ...limitInstants(warnAt, `warning line of ${name}`, job),
      ...(unjudgedMs === undefined ? [] : [unjudged]),
    ];
  });
}

function ceilingInstants({ policy }: Compiled, job: Job): Instant[] {
  return [
    ...limitInstants(policy.protect.upTo, 'ceiling of its protection', job),
    ...limitInstants(policy.optOut?.upTo, 'ceiling of the opt-out', job),
  ];
}

function windowInstants({ policy: { rules, timezone } }: Compiled, today: string): Instant[] {
  return rules.flatMap(({ name, active }) => {
    if (active === undefined) return [];
    const days = Array.from({ length: windowDays + 1 }, (_, index) => dayAfter(today, index));
    const why = `the hours of ${name} (${activeWords(active)} ${timezone})`;
    return days.flatMap((day) => [
      { atMs: atWallTime(day, active.fromMinute, timezone), why: `${why} may begin` },
      { atMs: atWallTime(day, active.toMinute, timezone), why: `${why} end` },
    ]);
  });
}

function exemptionInstants({ policy: { exemptions, timezone } }: Compiled): Instant[] {
  return exemptions.flatMap(({ expires, reason }) => [
    { atMs: atWallTime(dayAfter(expires, 1), 0, timezone), why: `the exemption until ${expires} ends (${reason})` },
    {
      atMs: atWallTime(dayAfter(expires, expiryDays + 1), 0, timezone),
      why: `the ${expiryDays} days after the exemption until ${expires} end (${reason})`,
    },
  ]);
}

function freezeInstants({ policy: { freezes, timezone } }: Compiled, today: string): Instant[] {
  return freezes.flatMap(({ name, when }) => {
    const begins = `the freeze "${name}" begins`;
    const ends = `the freeze "${name}" ends`;
    if (when.how === 'dates') {
      return [
        { atMs: atWallTime(when.from, 0, timezone), why: begins },
        { atMs: atWallTime(dayAfter(when.to, 1), 0, timezone), why: ends },
      ];
    }
    const isOn = (day: string) => isAroundMonthEnd(day, when.firstDay, when.lastDay);
    const days = Array.from({ length: monthDays }, (_, index) => dayAfter(today, index + 1));
    return days
      .filter((day) => isOn(day) !== isOn(dayAfter(day, -1)))
      .map((day) => ({ atMs: atWallTime(day, 0, timezone), why: isOn(day) ? begins : ends }));
  });
}

function startInstants(job: Job): Instant[] {
  return [job.startedAtMs, job.createdAtMs]
    .filter((atMs) => atMs !== undefined)
    .map((atMs) => ({ atMs, why: 'its start or creation time is reached' }));
}

function instantsOf(compiled: Compiled, job: Job, nowMs: number): [number, string[]][] {
  const today = wallTime(nowMs, compiled.policy.timezone).day;
  const all = [
    ...ruleInstants(compiled, job),
    ...ceilingInstants(compiled, job),
    ...windowInstants(compiled, dayAfter(today, -1)),
    ...exemptionInstants(compiled),
    ...freezeInstants(compiled, today),
    ...startInstants(job),
  ];
  const byMoment = new Map<number, string[]>();
  for (const { atMs, why } of all) if (atMs > nowMs) byMoment.set(atMs, [...(byMoment.get(atMs) ?? []), why]);
  return [...byMoment].sort(([a], [b]) => a - b).slice(0, mostInstants);
}

/** What of the verdicts matters: not the numbers, which grow by the second. */
function gistOf(verdicts: readonly Verdict[]): string {
  return JSON.stringify(
    verdicts.map(({ mode, rule, action, phase, heldBack }) => [mode, rule, action, phase, heldBack?.by, heldBack?.why]),
  );
}

/**
 * The next moments at which the verdicts on a job change if it goes on as it is, at most `most` of them: as limits on
 * time pass, windows, freezes and exemptions begin and end. What other numbers will be cannot be told.
 */
export function changesOf(
  compiled: Compiled,
  job: Job,
  about: { readonly nowMs: number; readonly most: number },
): Change[] {
  const verdictsAt = (atMs: number) => judge(compiled, job, atMs).map((verdict) => held(compiled, verdict, atMs));
  const changes: Change[] = [];
  let before = gistOf(verdictsAt(about.nowMs));
  for (const [atMs, because] of instantsOf(compiled, job, about.nowMs)) {
    if (changes.length >= about.most) break;
    const verdicts = verdictsAt(atMs);
    const gist = gistOf(verdicts);
    if (gist !== before) changes.push({ atMs, because: [...new Set(because)], verdicts });
    before = gist;
  }
  return changes;
}
