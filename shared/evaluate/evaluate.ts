import type { Job } from '../jobs/job.ts';
import type { Action, Mode, Modes, Superseded, Verdict } from '../jobs/verdict.ts';
import type { Compiled } from './compile.ts';
import { cancelAt } from './due.ts';
import { judgeRule, phaseOf, setAside, type RuleResult } from './judge-rule.ts';
import { because } from './limits.ts';

interface Finding {
  readonly result: RuleResult;
  readonly phase: 'limit' | 'warnAt';
  readonly action: Action;
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

function findingsOf(results: readonly RuleResult[]): readonly Finding[] {
  const aside = setAside(results);
  const findings: Finding[] = [];
  for (const result of results) {
    const phase = phaseOf(result);
    const { rule } = result.compiled;
    if (phase === undefined || aside.has(rule.name)) continue;
    findings.push({ result, phase, action: phase === 'warnAt' && rule.action === 'cancel' ? 'warn' : rule.action });
  }
  return findings.sort(
    (a, b) => severity[b.action] - severity[a.action] || a.result.compiled.order - b.result.compiled.order,
  );
}

function measuredOf({ result, phase }: Finding) {
  return (phase === 'warnAt' ? result.warnAt : result.limit)?.measured ?? [];
}

function supersededBy(losers: readonly Finding[]): readonly Superseded[] {
  return losers.map((loser) => ({
    rule: loser.result.compiled.rule.name,
    action: loser.action,
    because: because(measuredOf(loser), loser.phase),
  }));
}

function verdictOf(
  compiled: Compiled,
  job: Job,
  nowMs: number,
  [winner, ...losers]: readonly Finding[],
): readonly Verdict[] {
  if (winner === undefined) return [];
  const { rule } = winner.result.compiled;
  const modes = modesOf(compiled, job, rule);
  const isLeadUp = winner.phase === 'warnAt' && rule.action === 'cancel';
  return [
    {
      job,
      rule: rule.name,
      action: winner.action,
      phase: winner.phase,
      mode: softestOf(modes),
      modes,
      because: because(measuredOf(winner), winner.phase),
      measured: measuredOf(winner),
      superseded: supersededBy(losers),
      cancelAtMs: isLeadUp ? cancelAt(rule.limit, job, nowMs, compiled.deployment.costs) : undefined,
    },
  ];
}

/**
 * Judges one job: at most one verdict of the rules that enforce, and at most one of the rules that are on trial.
 * Among each, the most severe action wins, ties go to the earlier rule, and the others are recorded as superseded.
 * A rule on trial never silences a rule in force; it speaks only where it would have won. Redacted and finished jobs,
 * and jobs in a state that is not known, are not judged.
 */
export function judge(compiled: Compiled, job: Job, nowMs: number): readonly Verdict[] {
  if (job.redacted || (job.state !== 'running' && job.state !== 'pending')) return [];
  const findings = findingsOf(compiled.rules.map((rule) => judgeRule(rule, job, nowMs, compiled)));
  const first = findings[0];
  if (first === undefined) return [];
  if (first.result.compiled.rule.mode === 'enforce') return verdictOf(compiled, job, nowMs, findings);
  const inForce = findings.filter((finding) => finding.result.compiled.rule.mode === 'enforce');
  const onTrial = findings.filter((finding) => finding.result.compiled.rule.mode === 'observe');
  return [...verdictOf(compiled, job, nowMs, onTrial), ...verdictOf(compiled, job, nowMs, inForce)];
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
  const results = compiled.rules.map((rule) => judgeRule(rule, job, nowMs, compiled)).filter(({ active }) => active);
  const open = results.filter(({ matched }) => matched === undefined);
  const inDoubt = setAside(open);
  return results.some(
    (result) =>
      hasPassed(result) &&
      (open.includes(result) || (result.matched === true && inDoubt.has(result.compiled.rule.name))),
  );
}
