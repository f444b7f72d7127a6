import { holders, type Holder, type Verdict } from '../../shared/jobs/verdict.ts';
import { didYouMean } from '../../shared/policy/closest.ts';
import type { WrittenExpected } from './test-file.ts';
import { doingOf, verdictWords, type Doing } from './verdict-lines.ts';

/** One verdict that is expected. What is left out may be anything. */
interface ExpectedVerdict {
  readonly words: string;
  readonly doing: Doing;
  readonly rule?: string;
  readonly heldBy?: Holder;
}

/** What is expected of one job. No verdicts: nothing becomes of it. */
export interface ExpectedJob {
  readonly verdicts: readonly ExpectedVerdict[];
  readonly because?: string | undefined;
  readonly owner?: string | undefined;
  readonly told?: readonly string[] | undefined;
}

/** Why a sentence says nothing that could be expected. */
export interface BadExpectation {
  readonly says: string;
  readonly try: string;
}

const form =
  /^(?:(?<doing>(?:would )?(?:cancel|warn)|record)(?: by (?<rule>[^ ,]+))?)?(?:,? ?held back by (?<holder>[a-z-]+))?$/;
const forms =
  'Write nothing, cancel by RULE, warn by RULE, record by RULE, would cancel by RULE, would warn by RULE, or held back by protection.';

function isHolder(word: string): word is Holder {
  return holders.some((holder) => holder === word);
}

const doings: Readonly<Record<string, Doing>> = {
  cancel: 'cancel',
  warn: 'warn',
  record: 'record',
  'would cancel': 'would cancel',
  'would warn': 'would warn',
};

/** Reads one sentence; undefined stands for `nothing`. */
function readSentence(words: string, rules: readonly string[]): ExpectedVerdict | BadExpectation | undefined {
  if (words === 'nothing') return undefined;
  const { doing: written, rule, holder } = form.exec(words)?.groups ?? {};
  const doing = holder === undefined ? doings[written ?? ''] : 'held back';
  if (doing === undefined) return { says: `"${words}" is nothing that can be expected.`, try: forms };
  if (rule !== undefined && !rules.includes(rule)) {
    return { says: `The policy has no rule called ${rule}.`, try: didYouMean(rule, rules) };
  }
  if (holder !== undefined && !isHolder(holder)) {
    return { says: `Nothing is ever held back by ${holder}.`, try: didYouMean(holder, holders) };
  }
  return { words, doing, ...(rule !== undefined && { rule }), ...(holder !== undefined && { heldBy: holder }) };
}

function sentencesOf(written: WrittenExpected): readonly string[] {
  if (typeof written === 'string') return [written];
  return 'verdict' in written ? [written.verdict].flat() : written;
}

/** Reads what is expected of a job; everything that is wrong with it at once. */
export function readExpected(
  written: WrittenExpected,
  rules: readonly string[],
): ExpectedJob | readonly BadExpectation[] {
  const detailed = typeof written === 'object' && 'verdict' in written ? written : undefined;
  const read = sentencesOf(written).map((words) => readSentence(words, rules));
  const bad = read.filter((one) => one !== undefined && 'says' in one);
  if (bad.length > 0) return bad;
  const told = detailed?.told === 'nobody' ? [] : detailed?.told;
  return {
    verdicts: read.filter((one) => one !== undefined && 'words' in one),
    because: detailed?.because,
    owner: detailed?.owner,
    told,
  };
}

function fits({ doing, rule, heldBy }: ExpectedVerdict, verdict: Verdict): boolean {
  return (
    doing === doingOf(verdict) &&
    (rule === undefined || rule === verdict.rule) &&
    (heldBy === undefined || heldBy === verdict.heldBack?.by)
  );
}

function fitAll([first, ...rest]: readonly ExpectedVerdict[], verdicts: readonly Verdict[]): boolean {
  if (first === undefined) return verdicts.length === 0;
  return verdicts.some(
    (verdict) =>
      fits(first, verdict) &&
      fitAll(
        rest,
        verdicts.filter((other) => other !== verdict),
      ),
  );
}

/** One thing that came out differently. */
export interface Difference {
  readonly what: 'verdict' | 'because' | 'owner' | 'told';
  readonly expected: string;
  readonly got: string;
}

/** What came of a job, to be held against what was expected. `told` has the first way of each destination. */
export interface GotJob {
  readonly verdicts: readonly Verdict[];
  readonly owner: string;
  readonly told: readonly string[];
}

const listed = (words: readonly string[], none: string) => (words.length === 0 ? none : words.join('; and '));
const bare = (receiver: string) => receiver.replace(/^slack:/, '');

/** Holds what came of a job against what was expected; empty when all is as it should be. */
export function differencesOf(expected: ExpectedJob, got: GotJob): readonly Difference[] {
  const differences: Difference[] = [];
  const words = listed(got.verdicts.map(verdictWords), 'nothing');
  if (!fitAll(expected.verdicts, got.verdicts)) {
    differences.push({
      what: 'verdict',
      expected: listed(
        expected.verdicts.map((one) => one.words),
        'nothing',
      ),
      got: words,
    });
  }
  const reasons = got.verdicts.map(({ because }) => because);
  const { because, owner } = expected;
  if (because !== undefined && !reasons.some((reason) => reason.includes(because))) {
    differences.push({ what: 'because', expected: because, got: listed(reasons, 'no reason') });
  }
  if (owner !== undefined && owner !== got.owner) differences.push({ what: 'owner', expected: owner, got: got.owner });
  const told = got.told.map(bare).toSorted();
  const wanted = expected.told?.map(bare).toSorted();
  if (wanted !== undefined && wanted.join('\n') !== told.join('\n')) {
    differences.push({ what: 'told', expected: listed(wanted, 'nobody'), got: listed(told, 'nobody') });
  }
  return differences;
}
