import type { Answer, RuleAnswer } from './answer.ts';

/** What a policy would have done otherwise than another one in the same period. */
export interface Difference {
  readonly rules: readonly {
    readonly rule: string;
    readonly before: RuleAnswer | undefined;
    readonly after: RuleAnswer | undefined;
  }[];
  readonly newlyCancelled: number;
  readonly noLongerCancelled: number;
}

/** Which jobs an answer would have cancelled, as far as it remembers them. */
export type CancelledJobs = ReadonlySet<string>;

/** Compares the answers of two policies on the same jobs, rule by rule, by name. */
export function compareAnswers(
  before: { readonly answer: Answer; readonly cancelled: CancelledJobs },
  after: { readonly answer: Answer; readonly cancelled: CancelledJobs },
): Difference {
  const names = new Set([...after.answer.rules, ...before.answer.rules].map(({ rule }) => rule));
  const ruleIn = ({ rules }: Answer, name: string) => rules.find(({ rule }) => rule === name);
  return {
    rules: [...names].map((rule) => ({
      rule,
      before: ruleIn(before.answer, rule),
      after: ruleIn(after.answer, rule),
    })),
    newlyCancelled: [...after.cancelled].filter((job) => !before.cancelled.has(job)).length,
    noLongerCancelled: [...before.cancelled].filter((job) => !after.cancelled.has(job)).length,
  };
}
