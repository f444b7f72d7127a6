import type { Job } from '../jobs/job.ts';
import { formatQuantity, verbOf } from '../jobs/quantity.ts';
import type { Action, Measurement, Mode } from '../jobs/verdict.ts';
import { weekdays, type Active } from '../policy/calendar.ts';
import type { Limit } from '../policy/limits.ts';
import { wallTime } from './calendar.ts';
import type { Compiled } from './compile.ts';
import { phaseOf, unjudgedBecause, warnsUnjudged, type RuleResult } from './judge-rule.ts';
import { because, type LimitResult } from './limits.ts';
import { answerOf, traceBlock, type Answer, type BlockTrace, type KeyTrace } from './trace-match.ts';

/** A limit, a warning line or a ceiling held against a job. */
export interface LimitTrace {
  readonly how: Limit['how'];
  readonly over: Answer;
  readonly measured: readonly Measurement[];
}

/** `applies`: it gives the verdict, or did until another rule won. */
export type Fate = 'wins' | 'superseded' | 'set-aside' | 'does-not-apply';

/** What one rule makes of one job, part by part, and the one sentence that matters. */
export interface RuleTrace {
  readonly rule: string;
  readonly action: Action;
  /** The rule's own mode; three more settings bear on it. */
  readonly mode: Mode;
  readonly fate: Fate;
  readonly says: string;
  readonly matched: Answer;
  /** Empty for a rule without a match, which is meant for every job. */
  readonly blocks: readonly BlockTrace[];
  readonly reached: Answer;
  readonly active?: { readonly now: boolean; readonly says: string };
  readonly limit: LimitTrace;
  readonly warnAt?: LimitTrace;
  /** Rules that set it aside for this job. */
  readonly setAsideBy: readonly string[];
}

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The hours of a rule in words: `mon-fri 08:00-18:00`. */
export function activeWords({ days, fromMinute, toMinute }: Active): string {
  const first = weekdays.findIndex((day) => day === days[0]);
  const isRun = days.length > 2 && days.every((day, index) => day === weekdays[first + index]);
  const named = isRun ? `${days[0]}-${days.at(-1)}` : days.join(', ');
  const when = fromMinute === 0 && toMinute === 1440 ? '' : `${clock(fromMinute)}-${clock(toMinute)}`;
  return [days.length === 7 ? 'daily' : named, when].filter((word) => word !== '').join(' ');
}

function traceActive({ active, compiled }: RuleResult, nowMs: number, timezone: string): RuleTrace['active'] {
  const hours = compiled.rule.active;
  if (hours === undefined) return undefined;
  const { weekday, minuteOfDay } = wallTime(nowMs, timezone);
  return { now: active, says: `${activeWords(hours)} ${timezone}; it is ${weekday} ${clock(minuteOfDay)}` };
}

function traceLimit(limit: Limit, { over, measured }: LimitResult): LimitTrace {
  return { how: limit.how, over: answerOf(over), measured };
}

function keyWords({ key, wants, found, holds }: KeyTrace): string {
  const wanted = `wanted ${wants.map((want) => JSON.stringify(want)).join(' or ')}`;
  return holds === 'unknown'
    ? `${key} is ${found === 'unknown' ? 'not known' : found} (${wanted})`
    : `${key} is ${found} (${wanted})`;
}

/** Why a block does not hold, or cannot be told to. */
function blockWords({ keys, unless, holds }: BlockTrace): string {
  const to = (answer: Answer) => keys.filter((key) => key.holds === answer).map(keyWords);
  const spared = unless.filter((block) => block.holds === (holds === 'no' ? 'yes' : 'unknown'));
  const excepted = spared.map((block) => `unless holds: ${block.keys.map(keyWords).join(' and ')}`);
  return [...to(holds), ...excepted.map((words) => (holds === 'no' ? words : words.replace('holds', 'may hold')))].join(
    '; ',
  );
}

function measuredWords({ metric, value, threshold, why }: Measurement): string {
  const limit = formatQuantity(metric, threshold);
  if (value === undefined) return `${metric} ${limit}: ${why ?? 'not known'}`;
  return `it ${verbOf(metric)} ${formatQuantity(metric, value)} of ${limit}`;
}

function limitWords(trace: LimitTrace): string {
  const of = trace.measured
    .filter((one) => answerOf(one.over) === trace.over)
    .map(measuredWords)
    .join('; ');
  return trace.over === 'no' ? `Within its limit: ${of}.` : `Whether the limit has passed cannot be told: ${of}.`;
}

type Parts = Pick<RuleTrace, 'matched' | 'blocks' | 'reached' | 'active' | 'limit' | 'warnAt'>;

function reachWords({ blocks }: Parts): string {
  const matching = blocks.filter((block) => block.holds !== 'no');
  const why = matching.flatMap((block) => block.reach ?? []).find((part) => part.holds !== 'yes')?.why;
  return `It does not reach the job. ${why ?? ''}`.trim();
}

/** The first thing that keeps a rule from applying, in a sentence. */
function whyNot(parts: Parts): string {
  const { matched, blocks, reached, active, limit } = parts;
  const blame = blocks
    .filter((block) => block.holds === matched)
    .map(blockWords)
    .join(' - or: ');
  if (matched === 'no') return `Does not match: ${blame}.`;
  if (matched === 'unknown') return `Whether it matches cannot be told: ${blame}.`;
  if (reached !== 'yes') return reachWords(parts);
  if (active?.now === false) return `It does not act now: ${active.says}.`;
  return limitWords(limit);
}

function appliesWords(phase: 'limit' | 'warnAt', { limit, warnAt }: Parts): string {
  const line = phase === 'limit' ? limit : (warnAt ?? limit);
  return `It ${because(line.measured, phase)}.`;
}

/** Why the rule applies, in a sentence; undefined where it does not. */
function appliesTo(result: RuleResult, parts: Parts, job: Job, nowMs: number): string | undefined {
  const phase = phaseOf(result);
  if (phase !== undefined) return appliesWords(phase, parts);
  return warnsUnjudged(result, job, nowMs)
    ? `It ${unjudgedBecause(result, job, nowMs)}. The rule warns of that.`
    : undefined;
}

/** What a rule's result comes to among the others. */
export interface Standing {
  readonly judged: boolean;
  readonly setAsideBy: readonly string[];
  /** Rules that gave a verdict on the job, and rules that lost against them. */
  readonly winners: ReadonlySet<string>;
  readonly losers: ReadonlyMap<string, string>;
}

function fateOf(result: RuleResult, applies: boolean, standing: Standing): Fate {
  const { name } = result.compiled.rule;
  if (!applies || !standing.judged) return 'does-not-apply';
  if (standing.setAsideBy.length > 0) return 'set-aside';
  return standing.winners.has(name) ? 'wins' : 'superseded';
}

function sentence(fate: Fate, applies: string, standing: Standing, name: string): string {
  if (!standing.judged) return `${applies} But the job is not judged.`;
  if (fate === 'set-aside') return `${applies} Set aside by ${standing.setAsideBy.join(' and ')}.`;
  if (fate === 'superseded') return `${applies} Superseded by ${standing.losers.get(name) ?? 'another rule'}.`;
  return applies;
}

/** Tells a rule's result part by part. `standing` says what became of it among the other rules. */
export function traceRule(
  result: RuleResult,
  about: { readonly job: Job; readonly nowMs: number; readonly compiled: Compiled },
  standing: Standing,
): RuleTrace {
  const { rule, match } = result.compiled;
  const { job, nowMs, compiled } = about;
  const cancels = rule.action === 'cancel' ? compiled.deployment : undefined;
  const blocks = match.map((matcher) => traceBlock(matcher, job, cancels));
  const parts: Parts = {
    matched: answerOf(result.matched),
    blocks: rule.match.length === 0 && cancels === undefined ? [] : blocks,
    reached: answerOf(result.reached),
    active: traceActive(result, nowMs, compiled.policy.timezone),
    limit: traceLimit(rule.limit, result.limit),
    ...(rule.warnAt !== undefined && result.warnAt !== undefined && { warnAt: traceLimit(rule.warnAt, result.warnAt) }),
  };
  const applies = appliesTo(result, parts, job, nowMs);
  const fate = fateOf(result, applies !== undefined, standing);
  const says = applies === undefined ? whyNot(parts) : sentence(fate, applies, standing, rule.name);
  const { name, action, mode } = rule;
  return { rule: name, action, mode, fate, says, ...parts, setAsideBy: standing.setAsideBy };
}
