import type { Job } from '../jobs/job.ts';
import type { Action, Mode, Modes, Superseded, Verdict } from '../jobs/verdict.ts';
import type { Compiled } from './compile.ts';
import { cancelAt } from './due.ts';
import { graceEndsAt } from './grace.ts';
import { holdOf } from './hold.ts';
import { judgeRule, phaseOf, setAside, unjudgedBecause, warnsUnjudged, type RuleResult } from './judge-rule.ts';
import { because } from './limits.ts';

interface Finding {
  readonly result: RuleResult;
  readonly phase: 'limit' | 'warnAt';
  readonly action: Action;
  /** None of its limits could be judged, and the rule warns of that. */
  readonly unjudged?: true;
}

interface Hearing {
  readonly compiled: Compiled;
  readonly job: Job;
  readonly nowMs: number;
}

const severity: Readonly<Record<Action, number>> = { record: 0, warn: 1, cancel: 2 };

/** The four settings that bear on a job under a rule; the softest counts. */
export function modesOf(compiled: Compiled, job: Job, rule: { readonly mode: Mode }): Modes {
  return {
    setting: compiled.deployment.setting,
    policy: compiled.policy.mode,
    target: compiled.targetModes.get(job.target) ?? 'observe',
    rule: rule.mode,
  };
}

/** Observe as soon as one of the four says so. */
export function softestOf(modes: Modes): Mode {
  return Object.values(modes).every((mode) => mode === 'enforce') ? 'enforce' : 'observe';
}

const none: readonly RuleResult[] = [];

/** What the rules that can have a say make of a job; the others would change nothing. */
function resultsFor(compiled: Compiled, job: Job, nowMs: number): readonly RuleResult[] {
  const candidates = compiled.candidates.of(job, nowMs);
  return candidates.length === 0 ? none : candidates.map((rule) => judgeRule(rule, job, nowMs, compiled));
}

function findingsOf(results: readonly RuleResult[], job: Job, nowMs: number): readonly Finding[] {
  const aside = setAside(results);
  const findings: Finding[] = [];
  for (const result of results) {
    const phase = phaseOf(result);
    const { rule } = result.compiled;
    if (aside.has(rule.name)) continue;
    if (phase === undefined) {
      if (warnsUnjudged(result, job, nowMs)) findings.push({ result, phase: 'limit', action: 'warn', unjudged: true });
      continue;
    }
    findings.push({ result, phase, action: phase === 'warnAt' && rule.action === 'cancel' ? 'warn' : rule.action });
  }
  return findings.sort(
    (a, b) => severity[b.action] - severity[a.action] || a.result.compiled.order - b.result.compiled.order,
  );
}

function measuredOf({ result, phase }: Finding) {
  return (phase === 'warnAt' ? result.warnAt : result.limit)?.measured ?? [];
}

function becauseOf(finding: Finding, { job, nowMs }: Pick<Hearing, 'job' | 'nowMs'>): string {
  return finding.unjudged === true
    ? unjudgedBecause(finding.result, job, nowMs)
    : because(measuredOf(finding), finding.phase);
}

function supersededBy(losers: readonly Finding[], hearing: Hearing): readonly Superseded[] {
  return losers.map((loser) => ({
    rule: loser.result.compiled.rule.name,
    action: loser.action,
    because: becauseOf(loser, hearing),
  }));
}

/** What carries the job's cancel out comes before what only could; the order is otherwise kept. */
function withWinnerFirst({ compiled, job, nowMs }: Hearing, findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  const isFree = ({ action, result }: Finding) =>
    action === 'cancel' && holdOf(compiled, { job, rule: result.compiled.rule.name }, nowMs) === undefined;
  const free = findings.find(isFree);
  return free === undefined ? findings : [free, ...findings.filter((finding) => finding !== free)];
}

/** When a job that is told of its cancel would be cancelled at the earliest; undefined where that cannot be told. */
function cancelMoment({ compiled, job, nowMs }: Hearing, { result }: Finding): number | undefined {
  const { rule } = result.compiled;
  const { costs, told } = compiled.deployment;
  const limitMs = cancelAt(rule.limit, job, nowMs, costs);
  const { graceMs = 0 } = rule;
  if (graceMs === 0 || limitMs === undefined) return limitMs;
  const known = told?.(job, rule.name);
  const graceEndMs = known === undefined ? nowMs + graceMs : graceEndsAt({ ...rule, graceMs }, known);
  return graceEndMs === undefined ? undefined : Math.max(limitMs, graceEndMs);
}

function verdictOf(
  hearing: Hearing,
  findings: readonly Finding[],
  others: readonly Finding[] = [],
): readonly Verdict[] {
  const { compiled, job, nowMs } = hearing;
  const [winner, ...losers] = withWinnerFirst(hearing, findings);
  if (winner === undefined) return [];
  const { rule } = winner.result.compiled;
  const modes = modesOf(compiled, job, rule);
  const isLeadUp = winner.phase === 'warnAt' && rule.action === 'cancel';
  const heldBack = winner.action === 'cancel' ? holdOf(compiled, { job, rule: rule.name }, nowMs) : undefined;
  return [
    {
      job,
      rule: rule.name,
      action: winner.action,
      phase: winner.phase,
      mode: softestOf(modes),
      modes,
      because: becauseOf(winner, hearing),
      measured: measuredOf(winner),
      superseded: supersededBy([...losers, ...others], hearing),
      cancelAtMs: isLeadUp || heldBack?.by === 'grace' ? cancelMoment(hearing, winner) : undefined,
      ...(heldBack === undefined ? {} : { heldBack }),
    },
  ];
}

/**
 * Judges one job: at most one verdict of the rules that enforce, and at most one of the rules that are on trial.
 * Among each, the most severe action wins, a cancel that nothing in the policy holds back before one that is held back,
 * ties go to the earlier rule, and the others are recorded as superseded. So a rule that no longer applies, because what
 * it asks is unknown, cannot make room for a cancel that was not due without it. A rule on trial never silences a rule
 * in force; it speaks only where it would have won. Redacted and finished jobs, jobs in a state that is not known, and
 * children of other jobs are not judged.
 */
export function judge(compiled: Compiled, job: Job, nowMs: number): readonly Verdict[] {
  if (job.redacted || typeof job.parentId === 'string') return [];
  if (job.state !== 'running' && job.state !== 'pending') return [];
  const results = resultsFor(compiled, job, nowMs);
  if (results.length === 0) return [];
  const findings = findingsOf(results, job, nowMs);
  const first = findings[0];
  if (first === undefined) return [];
  const hearing = { compiled, job, nowMs };
  const inForce = findings.filter((finding) => finding.result.compiled.rule.mode === 'enforce');
  const onTrial = findings.filter((finding) => finding.result.compiled.rule.mode === 'observe');
  if (first.result.compiled.rule.mode === 'observe') {
    return [...verdictOf(hearing, onTrial), ...verdictOf(hearing, inForce)];
  }
  return verdictOf(hearing, inForce, onTrial);
}

function hasPassed({ limit, warnAt }: RuleResult): boolean {
  return limit.over === true || warnAt?.over === true;
}

/**
 * Whether the job's full record could decide what its listing leaves open: a rule's limit or warning line has passed,
 * and its match is unknown, or that of a rule that would set it aside. A list has no statement, and some clients show
 * only there.
 */
export function needsLook(compiled: Compiled, job: Job, nowMs: number): boolean {
  if (job.redacted || job.queryText !== undefined) return false;
  const results = resultsFor(compiled, job, nowMs).filter(({ active }) => active);
  const open = results.filter(({ matched }) => matched === undefined);
  const inDoubt = setAside(open);
  return results.some(
    (result) =>
      hasPassed(result) &&
      (open.includes(result) || (result.matched === true && inDoubt.has(result.compiled.rule.name))),
  );
}
