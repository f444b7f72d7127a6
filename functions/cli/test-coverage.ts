import type { Problem } from '../../shared/jobs/problem.ts';
import type { Path } from '../../shared/policy/lines.ts';
import { metrics } from '../../shared/jobs/verdict.ts';
import type { Limit } from '../../shared/policy/limits.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { LimitTrace, RuleTrace } from '../../shared/evaluate/trace-rule.ts';
import type { TestResult } from './test-run.ts';
import { readTextFile } from './text-file.ts';
import type { PolicyFile } from './policy-file.ts';

/** One thing of a policy that a test can reach. */
interface Place {
  readonly kind: 'rule' | 'limit' | 'warning line' | 'exemption' | 'freeze' | 'protection' | 'opt-out';
  /** `long-queries`, `long-queries: runTime` … */
  readonly name: string;
  readonly path: Path;
}

/** How much of a policy its tests reach. */
export interface Coverage {
  readonly reached: Readonly<Record<string, { readonly of: number; readonly reached: number }>>;
  readonly missed: readonly Place[];
}

const key = ({ kind, name }: Pick<Place, 'kind' | 'name'>) => `${kind} ${name}`;

function limitPlaces(limit: Limit | undefined, name: string, at: Path, kind: Place['kind']): Place[] {
  if (limit === undefined) return [];
  const path = limit.how === 'all' ? [...at, 'all'] : at;
  return metrics
    .filter((metric) => limit.of[metric] !== undefined)
    .map((metric) => ({ kind, name: `${name}: ${metric}`, path: [...path, metric] }));
}

function placesOf({ rules, exemptions, freezes, protect, optOut }: Policy): readonly Place[] {
  const ofRules = rules.flatMap(({ name, limit, warnAt }, index): Place[] => [
    { kind: 'rule', name, path: ['rules', index, 'name'] },
    ...limitPlaces(limit, name, ['rules', index, 'limit'], 'limit'),
    ...limitPlaces(warnAt, name, ['rules', index, 'warnAt'], 'warning line'),
  ]);
  const ofExemptions = exemptions.map((_, index): Place => ({
    kind: 'exemption',
    name: String(index),
    path: ['exemptions', index],
  }));
  const ofFreezes = freezes.map((_, index): Place => ({
    kind: 'freeze',
    name: String(index),
    path: ['freezes', index],
  }));
  return [
    ...ofRules,
    ...ofExemptions,
    ...ofFreezes,
    ...(protect.principals.length === 0 ? [] : [{ kind: 'protection', name: 'protect', path: ['protect'] } as const]),
    ...(optOut === undefined ? [] : [{ kind: 'opt-out', name: 'optOut', path: ['optOut'] } as const]),
  ];
}

function overIn(trace: LimitTrace | undefined, rule: string, kind: Place['kind']): string[] {
  if (trace === undefined || trace.over !== 'yes') return [];
  return trace.measured
    .filter(({ over }) => over === true)
    .map(({ metric }) => key({ kind, name: `${rule}: ${metric}` }));
}

/** A warning line is reached by a job that is past it and not past the limit; all else where the rule applies. */
function reachedBy({ rule, fate, limit, warnAt }: RuleTrace): string[] {
  if (fate === 'does-not-apply') return [];
  const early = limit.over === 'yes' ? [] : overIn(warnAt, rule, 'warning line');
  return [key({ kind: 'rule', name: rule }), ...overIn(limit, rule, 'limit'), ...early];
}

const heldBy: Readonly<Record<string, Place['kind']>> = {
  exemption: 'exemption',
  freeze: 'freeze',
  protection: 'protection',
  'opt-out': 'opt-out',
};

function reachedIn({ jobs }: TestResult): string[] {
  return jobs.flatMap(({ explanation }) => {
    const holds = explanation.verdicts.flatMap((verdict) => verdict.holds).filter((hold) => hold.holds);
    const held = holds.flatMap(({ by, entry }) => {
      const kind = heldBy[by];
      if (kind === undefined) return [];
      return [key({ kind, name: entry === undefined ? (kind === 'opt-out' ? 'optOut' : 'protect') : String(entry) })];
    });
    return [...explanation.rules.flatMap(reachedBy), ...held];
  });
}

/** Which rules, limits, warning lines and exceptions of a policy its tests reach: a rule or a limit when it applies to a job. */
export function coverageOf(policy: Policy, results: readonly TestResult[]): Coverage {
  const reached = new Set(results.flatMap(reachedIn));
  const places = placesOf(policy);
  const counts: Record<string, { of: number; reached: number }> = {};
  for (const place of places) {
    const count = (counts[place.kind] ??= { of: 0, reached: 0 });
    count.of += 1;
    if (reached.has(key(place))) count.reached += 1;
  }
  return { reached: counts, missed: places.filter((place) => !reached.has(key(place))) };
}

const called: Readonly<Record<Place['kind'], (name: string) => string>> = {
  rule: (name) => `the rule ${name}`,
  limit: (name) => `the limit of ${name}`,
  'warning line': (name) => `the warning line of ${name}`,
  exemption: (name) => `exemptions[${name}]`,
  freeze: (name) => `freezes[${name}]`,
  protection: () => 'protect',
  'opt-out': () => 'optOut',
};

/** A warning for each thing that no test reaches, with its line in the policy. */
export function gaps({ missed }: Coverage, { text, file }: PolicyFile): readonly Problem[] {
  const source = readTextFile(text, file);
  return missed.map(({ kind, name, path }) => {
    const says = `No test reaches ${called[kind](name)}.`;
    const cure = 'Add a test with a job that it applies to.';
    const part = typeof path.at(-1) === 'number' || kind === 'rule' ? 'value' : 'key';
    return source.problem({ path, part, severity: 'warning', code: 'not-covered', says, try: cure });
  });
}
