import { costsOf } from '../../shared/evaluate/cost.ts';
import { growthOf, passesAt } from '../../shared/evaluate/predict.ts';
import type { RuleTrace } from '../../shared/evaluate/trace-rule.ts';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { formatQuantity } from '../../shared/jobs/quantity.ts';
import type { Metric } from '../../shared/jobs/verdict.ts';
import type { Explained } from './explain-lines.ts';
import { momentWords } from './moments.ts';
import { plain } from './verdict-lines.ts';

/** Later than this nobody calls it near. */
const nearMs = 3_600_000;
const minuteMs = 60_000;

function paceWords(metric: Metric, perMinute: number): string {
  const isSlow = metric === 'slotHours' ? perMinute < 1 : metric === 'costSoFar' && perMinute < 0.1;
  return isSlow ? `${formatQuantity(metric, perMinute * 60)} an hour` : `${formatQuantity(metric, perMinute)} a minute`;
}

function sentenceOf(all: Explained, { rule: name, limit: traced, action, mode }: RuleTrace): readonly string[] {
  const { job, policy, circumstances } = all;
  const { nowMs } = circumstances;
  const limit = policy.rules.find((one) => one.name === name)?.limit;
  if (limit === undefined) return [];
  const sample = { job, atMs: nowMs };
  const about = { sample, growth: growthOf(sample), costs: costsOf(policy.prices) };
  const atMs = passesAt(limit, about);
  if (atMs === undefined || atMs <= nowMs || atMs - nowMs > nearMs) return [];
  const measured = traced.measured.filter(({ metric }) => metric !== 'runTime' && metric !== 'queueTime');
  const last = measured.find(({ metric, threshold }) => {
    return passesAt({ how: 'any', of: { [metric]: threshold } }, about) === atMs;
  });
  if (last?.value === undefined) return [];
  const { metric, threshold, value } = last;
  const pace = paceWords(metric, ((threshold - value) / (atMs - nowMs)) * minuteMs);
  const when = `${momentWords(atMs, policy.timezone)} (in ${formatDuration(atMs - nowMs)})`;
  const again = action === 'cancel' && mode === 'enforce' ? ' A sweep that cancels looks at it again by then.' : '';
  return [`At ${pace} it passes the ${formatQuantity(metric, threshold)} of ${plain(name)} at ${when}.${again}`];
}

/** When the job comes to a limit on what it uses, at its pace so far: one sentence for each rule that is meant for it. */
export function paceLines(all: Explained): readonly string[] {
  const { judged, rules } = all.explanation;
  const isMeant = ({ matched, reached, fate, setAsideBy }: RuleTrace) =>
    matched === 'yes' && reached === 'yes' && fate === 'does-not-apply' && setAsideBy.length === 0;
  return judged ? rules.filter(isMeant).flatMap((rule) => sentenceOf(all, rule)) : [];
}
