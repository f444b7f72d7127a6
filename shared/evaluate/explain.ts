import type { Job } from '../jobs/job.ts';
import type { Holder, Verdict } from '../jobs/verdict.ts';
import { changesOf, type Change } from './changes.ts';
import type { Compiled } from './compile.ts';
import { judge } from './evaluate.ts';
import { exemption, freeze, grace, optOut, protection, type Hold } from './hold.ts';
import { judgeRule, setAside, type RuleResult } from './judge-rule.ts';
import { held } from './safety.ts';
import { traceRule, type RuleTrace, type Standing } from './trace-rule.ts';

/** One thing that may hold a cancel back: whether it does, and the sentence. `entry` numbers exemptions and freezes from 0. */
export interface HoldTrace {
  readonly by: Holder;
  readonly entry?: number;
  readonly holds: boolean;
  readonly why: string;
}

/** A verdict with the first thing that holds it back, as a sweep would have it, and everything that was looked at. */
interface VerdictTrace {
  readonly verdict: Verdict;
  readonly holds: readonly HoldTrace[];
}

/** What a policy makes of one job, rule by rule, and when that changes. */
export interface Explanation {
  readonly judged: boolean;
  /** Why it is not judged; empty where it is. */
  readonly why: string;
  readonly rules: readonly RuleTrace[];
  readonly verdicts: readonly VerdictTrace[];
  readonly changes: readonly Change[];
}

const mostChanges = 3;

function whyNotJudged({ redacted, state, parentId }: Job): string {
  if (redacted) return 'The caller may see that the job exists but not what it is; such a job is never judged.';
  if (state === 'done') return 'The job has ended.';
  if (typeof parentId === 'string') return `It is a part of ${parentId}, and only whole jobs are judged.`;
  return state === 'unknown' ? 'The state of the job is a word that is not known; such a job is never judged.' : '';
}

interface Question {
  readonly by: Holder;
  readonly entry?: number;
  readonly hold: Hold;
  readonly compiled: Compiled;
  readonly otherwise: string;
}

/** Each exemption and freeze is asked by itself, as if it were the only one. */
function questions(compiled: Compiled): readonly Question[] {
  const { policy } = compiled;
  const alone = { compiled };
  const exemptions = compiled.exemptions.map((one, entry): Question => {
    const otherwise = `The exemption until ${one.entry.expires} (${one.entry.reason}) does not apply.`;
    return { by: 'exemption', entry, hold: exemption, compiled: { ...compiled, exemptions: [one] }, otherwise };
  });
  const freezes = compiled.freezes.map((one, entry): Question => {
    const otherwise = `The freeze "${one.entry.name}" is not on, or does not match.`;
    return { by: 'freeze', entry, hold: freeze, compiled: { ...compiled, freezes: [one] }, otherwise };
  });
  const notProtected = 'The policy does not protect its principal, or it is over the ceiling.';
  const notKept =
    'Its owner does not keep it by the label, may not, kept enough others today, or it is over the ceiling.';
  return [
    ...(policy.protect.principals.length === 0
      ? []
      : [{ by: 'protection' as const, hold: protection, ...alone, otherwise: notProtected }]),
    ...exemptions,
    ...freezes,
    ...(policy.optOut === undefined ? [] : [{ by: 'opt-out' as const, hold: optOut, ...alone, otherwise: notKept }]),
    { by: 'grace', hold: grace, ...alone, otherwise: 'The rule has no grace.' },
  ];
}

function holdsOf(compiled: Compiled, verdict: Verdict, nowMs: number): readonly HoldTrace[] {
  if (verdict.action !== 'cancel') return [];
  return questions(compiled).map(({ by, entry, hold, compiled, otherwise }) => {
    const found = hold(compiled, verdict, nowMs);
    const why = found?.why ?? otherwise;
    return { by, ...(entry !== undefined && { entry }), holds: found !== undefined, why };
  });
}

function standings(
  results: readonly RuleResult[],
  verdicts: readonly Verdict[],
  judged: boolean,
): (result: RuleResult) => Standing {
  const winners = new Set(verdicts.map((verdict) => verdict.rule));
  const losers = new Map(
    verdicts.flatMap((verdict) => verdict.superseded.map((loser): [string, string] => [loser.rule, verdict.rule])),
  );
  return (result) => {
    const { name } = result.compiled.rule;
    const setAsideBy = results.filter((other) => setAside([other]).has(name)).map((other) => other.compiled.rule.name);
    return { judged, setAsideBy, winners, losers };
  };
}

/**
 * Explains what `judge` and `held` make of one job at `nowMs`: every rule part by part, every verdict with all that may
 * hold it back, and the next changes. Breaker and budget are of a sweep, not of a job, and have no part in it. A job
 * that is not judged has its rules explained all the same.
 */
export function explain(compiled: Compiled, job: Job, nowMs: number): Explanation {
  const results = compiled.rules.map((rule) => judgeRule(rule, job, nowMs, compiled));
  const verdicts = judge(compiled, job, nowMs).map((verdict) => held(compiled, verdict, nowMs));
  const why = whyNotJudged(job);
  const standing = standings(results, verdicts, why === '');
  return {
    judged: why === '',
    why,
    rules: results.map((result) => traceRule(result, { job, nowMs, compiled }, standing(result))),
    verdicts: verdicts.map((verdict) => ({ verdict, holds: holdsOf(compiled, verdict, nowMs) })),
    changes: why === '' ? changesOf(compiled, job, { nowMs, most: mostChanges }) : [],
  };
}
