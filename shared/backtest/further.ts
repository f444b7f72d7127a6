import type { PastJob } from '../history/past-job.ts';
import type { Metric } from '../jobs/verdict.ts';
import type { Rule } from '../policy/rule.ts';
import { afterOf } from './after.ts';
import { curve, type Curve, type WhatIf } from './curve.ts';
import type { InForce } from './in-force.ts';
import { spreading, type Fate, type Spread, type Spreading } from './spread.ts';
import { caughtAt, finalOf, movable, type WhatIfAsk } from './what-if.ts';

/** What a backtest looks at beyond its answer, where it is asked for. */
export interface FurtherAsked {
  readonly whatIf?: readonly WhatIfAsk[];
  /** Whether the jobs of each rule are counted by their numbers. */
  readonly spreads?: boolean;
}

/** How the jobs of one rule are spread. */
interface RuleSpreads {
  readonly rule: string;
  readonly spreads: readonly Spread[];
}

/** What was seen beyond the answer. */
export interface Further {
  readonly whatIf: readonly WhatIf[];
  readonly spreads: readonly RuleSpreads[];
}

/** Looks at every job that a rule is about. */
export interface LookingFurther {
  note(rule: Rule, past: PastJob): void;
  further(): Further;
}

type About = (past: PastJob) => { readonly owner: string; readonly client: string };

const always: readonly Metric[] = ['runTime', 'bytesProcessed', 'slotHours'];

/** The numbers by which the jobs of a rule are shown: those of its limit first. */
function shownOf({ limit }: Rule): readonly Metric[] {
  const own = movable.filter((metric) => limit.of[metric] !== undefined);
  return [...new Set<Metric>([...own, ...always])];
}

function fateOf(past: PastJob, rule: Rule, { compiled }: InForce): Fate {
  const { costs } = compiled.deployment;
  const caught = caughtAt(past, rule, costs);
  if (caught === undefined || caught === 'grace') return 'left alone';
  return afterOf(past, caught, costs).likelyFalseAlarm ? 'likely false alarm' : 'caught';
}

/** Begins to look at what is asked for: nothing, and no time is spent, where nothing is. */
export function lookFurther(
  force: InForce,
  aboutOf: About,
  { whatIf = [], spreads = false }: FurtherAsked,
): LookingFurther {
  const { costs } = force.compiled.deployment;
  const { rules } = force.compiled.policy;
  const curves = new Map<string, Curve[]>();
  for (const ask of whatIf) {
    const line = rules.find(({ name }) => name === ask.rule);
    if (line !== undefined) curves.set(ask.rule, [...(curves.get(ask.rule) ?? []), curve({ ask, line, costs })]);
  }
  const spreadings = new Map<string, readonly (readonly [Metric, Spreading])[]>(
    spreads ? rules.map((rule) => [rule.name, shownOf(rule).map((metric) => [metric, spreading(metric)])]) : [],
  );
  return {
    note: (rule, past) => {
      const asked = curves.get(rule.name);
      if (asked !== undefined) {
        const about = aboutOf(past);
        for (const one of asked) one.note(past, about);
      }
      const counting = spreadings.get(rule.name);
      if (counting === undefined) return;
      const fate = fateOf(past, rule, force);
      for (const [metric, one] of counting) one.note(finalOf(past, metric, costs), fate);
    },
    further: () => ({
      whatIf: [...curves.values()].flatMap((all) => all.map((one) => one.whatIf())),
      spreads: [...spreadings].map(([rule, all]) => ({ rule, spreads: all.map(([, one]) => one.spread()) })),
    }),
  };
}
