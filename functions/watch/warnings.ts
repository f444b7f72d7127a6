import { queryHash } from '../../shared/audit/query.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import { daysBetween, wallTime } from '../../shared/evaluate/calendar.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { HeldBack, Verdict } from '../../shared/jobs/verdict.ts';
import { attemptsUsed, isBeingCancelled, isPastItsPlan, maxAttempts } from '../../shared/ledger/case.ts';
import type { Case, LedgerDocument } from '../../shared/ledger/document.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Standing } from './troubles.ts';

/** An exemption's end is told so many days before. */
const daysBefore = [14, 7, 1];

const cures: Readonly<Partial<Record<HeldBack['by'], string>>> = {
  stop: 'End it with jobwarden resume, or wait until it expires.',
  clock: 'Look at the clock of the machine, and at the proxy in between if there is one.',
  failures: 'Look at the failed cancels: a missing bigquery.jobs.update is the usual reason.',
};

/** What keeps the whole sweep from cancelling, as a standing trouble. */
export function standstillTrouble({ by, why }: HeldBack): Standing {
  return {
    key: `standstill:${by}`,
    trouble: {
      code: `standstill ${by}`,
      title: 'Nothing is cancelled at the moment',
      lines: [why, 'Jobs are judged and recorded as before; no cancel is carried out.', cures[by] ?? ''].filter(
        Boolean,
      ),
    },
    toldAfterMs: 0,
  };
}

/** Targets in which cancels failed: the operators have to look why. */
export function failingTroubles(failing: Circumstances['failing']): readonly Standing[] {
  return [...failing].map(([target, why]) => ({
    key: `failing:${target}`,
    trouble: { code: `failing ${target}`, title: `${target} is only observed`, lines: [why, cures.failures ?? ''] },
    toldAfterMs: 0,
  }));
}

/** A cancel has had this long to take effect (BigQuery documentation: usually less than a minute). */
const withoutEffectMs = 180_000;

/** Jobs that go on although everything was tried: somebody has to look. */
export function stuckTroubles(open: readonly Case[], nowMs: number): readonly Standing[] {
  const isStuck = (known: Case) =>
    isBeingCancelled(known) &&
    attemptsUsed(known) >= maxAttempts &&
    isPastItsPlan(known, nowMs) &&
    nowMs - (known.cancelSentAtMs ?? known.updatedAtMs) > withoutEffectMs;
  return open.filter(isStuck).map(({ id, job, rule, ...known }) => ({
    key: `stuck:${id}`,
    trouble: {
      code: `stuck ${id}`,
      title: `A job goes on after ${attemptsUsed(known)} cancels`,
      lines: [
        `${jobName(job)} is still there after ${attemptsUsed(known)} cancels by rule ${rule}; Jobwarden has given up.`,
        'Look at it, and cancel it by hand.',
      ],
    },
    toldAfterMs: 0,
  }));
}

const retriesKey = (rule: string, job: Job) => `retries:${rule}:${queryHash(job) ?? ''}:${job.principal ?? ''}`;

/** Queries that come back after every cancel: the operators have to talk to their owner. */
export function retryTroubles(policy: Policy, verdicts: readonly Verdict[], now: Circumstances): readonly Standing[] {
  return verdicts.flatMap(({ rule: name, job, action, mode }) => {
    const retries = policy.rules.find((rule) => rule.name === name)?.retries;
    if (retries === undefined || action !== 'cancel' || mode !== 'enforce') return [];
    const count = now.retriesOf(job, retries.withinMs) ?? 0;
    if (count < retries.after) return [];
    const went = retries.then === 'letRun' ? 'The rule lets it run from now on.' : 'It is cancelled again.';
    const key = retriesKey(name, job);
    const trouble = {
      code: key,
      title: 'The same query comes back after every cancel',
      lines: [`${job.principal} has started ${jobName(job)} again after ${count} cancels by rule ${name}.`, went],
    };
    return [{ key, trouble, toldAfterMs: 0, againAfterMs: retries.withinMs }];
  });
}

/** That operators were told of a query is remembered for as long as its rule counts, between its jobs too. */
export function rememberedRetries(
  { rules }: Policy,
  before: LedgerDocument['troubles'],
  nowMs: number,
): LedgerDocument['troubles'] {
  const isRecent = ([key, sinceMs]: readonly [string, number]) =>
    rules.some(({ name, retries }) => {
      const isOf = key.startsWith(`retries:${name}:`) || key.startsWith(`told:retries:${name}:`);
      return isOf && retries !== undefined && nowMs - sinceMs < retries.withinMs;
    });
  return Object.fromEntries(Object.entries(before).filter(isRecent));
}

/** Exemptions that end soon: told 14, 7 and 1 days before. */
export function exemptionTroubles(policy: Policy, nowMs: number): readonly Standing[] {
  const { day } = wallTime(nowMs, policy.timezone);
  return policy.exemptions.flatMap(({ expires, reason, approvedBy }) => {
    const left = daysBetween(day, expires);
    const step = left < 0 ? undefined : daysBefore.findLast((days) => left <= days);
    if (step === undefined) return [];
    const trouble = {
      code: `exemption ${reason} ${expires} ${step}`,
      title: `An exemption ends on ${expires}`,
      lines: [
        `"${reason}", approved by ${approvedBy}, ends in ${left} ${left === 1 ? 'day' : 'days'}, at the end of that day.`,
        'Write a later day into the policy if it is still needed, or let it end.',
      ],
    };
    return [{ key: `exemption:${reason}:${expires}:${step}`, trouble, toldAfterMs: 0, againAfterMs: Infinity }];
  });
}
