import { formatDuration, parseDuration } from '../../shared/jobs/duration.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { readOrder, stopText, type StopOrder } from '../../shared/ledger/stop.ts';
import { usage } from './arguments.ts';
import { cannotRun, optionOf } from './asked.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { momentWords } from './moments.ts';
import { reasonOf, userOf } from './said-by.ts';
import { stopPlaceOf, type Found, type StopPlace } from './stop-place.ts';
import { plain } from './verdict-lines.ts';

const help = `Usage: jobwarden stop --for TIME --reason TEXT [--policy FILE | --policy gs://BUCKET/policy.yaml] [--by NAME]

Stops every cancel until the time is over: writes the switch STOP beside the policy. watch reads it before every single
cancel. Jobs are judged and recorded as before, and nothing that runs is touched. The order ends by itself; jobwarden
resume ends it earlier. watch records it (stop.set, stop.cleared), and tells the operators as long as it stands.

An order that stands already is replaced by this one.

Options:
  --for TIME       how long: 30m, 4h, 2d; at least 1m, at most 7d
  --reason TEXT    why; it stands in every notice
  --policy PLACE   the policy as watch reads it, a file or an object; default JOBWARDEN_POLICY
  --by NAME        who says so; default the user of this machine

Exit code 0 when every cancel is stopped, 2 when it could not be done.

Examples:
  jobwarden stop --for 4h --reason "the month is being closed" --policy gs://our-policies/policy.yaml
  jobwarden stop --for 30m --reason "looking into job 17" --policy policy.yaml`;

const shortestMs = 60_000;
const longestMs = 7 * 86_400_000;

function lengthOf(given: Given): { readonly ms: number } | Problem {
  const written = optionOf(given, 'for');
  if (written === undefined) return usage('missing-option', 'It is not said for how long.', 'Write --for 4h.');
  const ms = parseDuration(written);
  const cure = 'Write 30m, 4h or 2d; at least 1m, at most 7d.';
  if (ms === undefined) return usage('bad-duration', `"${written}" is not a time.`, cure);
  if (ms >= shortestMs && ms <= longestMs) return { ms };
  const says = ms < shortestMs ? `${written} is over before a sweep sees it.` : `${written} is longer than 7 days.`;
  return usage('bad-duration', says, cure);
}

function orderOf(given: Given, outside: Outside): StopOrder | { readonly problems: readonly Problem[] } {
  const length = lengthOf(given);
  const reason = reasonOf(given);
  const by = userOf(given, outside);
  const problems = [length, reason, by].flatMap((one) => ('code' in one ? [one] : []));
  if (!('ms' in length) || !('reason' in reason) || !('name' in by)) return { problems };
  const until = new Date(outside.now() + length.ms).toISOString();
  return { until, ...reason, ...(by.name !== undefined && { by: by.name }) };
}

/** An order in words: `until Mon 2026-11-30 04:00 UTC, by ana: the month is being closed`. */
export function orderWords({ until, reason, by }: StopOrder): string {
  const whose = by === undefined ? '' : `, by ${plain(by)}`;
  return `until ${momentWords(Date.parse(until), 'UTC')}${whose}: ${plain(reason)}`;
}

/** What stood in the switch, in words. */
export function formerWords({ text }: Found, nowMs: number): string {
  const order = readOrder(text);
  if (order === undefined) return 'what stood in it was no order, and stopped everything';
  return `${orderWords(order)}${Date.parse(order.until) <= nowMs ? ' (it had expired)' : ''}`;
}

function noPolicyThere({ policy, where }: StopPlace): Problem {
  const says = `There is no policy at ${policy}: a switch at ${where} would stop nothing.`;
  const cure = 'Name the policy as JOBWARDEN_POLICY of watch does.';
  return { code: 'no-policy', severity: 'error', where: policy, says, try: cure };
}

function reportOf(place: StopPlace, order: StopOrder, before: Found | undefined, nowMs: number): Report {
  const lengthMs = Date.parse(order.until) - nowMs;
  const text: Line[] = [
    [{ text: `Every cancel is stopped for ${formatDuration(lengthMs)}`, as: 'caution' }, `, ${orderWords(order)}.`],
    `The switch is ${place.where}, beside ${place.policy}; watch reads it before every cancel.`,
    ...(before === undefined ? [] : [`It takes the place of another: ${formerWords(before, nowMs)}.`]),
    '',
    `It ends by itself, or with: jobwarden resume --policy ${place.policy}`,
  ];
  const former = before && (readOrder(before.text) ?? {});
  return { status: 'fine', problems: [], text, data: { where: place.where, stopped: order, before: former ?? null } };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const place = stopPlaceOf(given, outside);
  const order = orderOf(given, outside);
  const wrong = [...('problems' in place ? place.problems : []), ...('problems' in order ? order.problems : [])];
  if ('problems' in place || 'problems' in order) return cannotRun(wrong);
  if (!(await place.value.isPolicyThere())) return cannotRun([noPolicyThere(place.value)]);
  const before = await place.value.read();
  await place.value.write(stopText(order));
  return reportOf(place.value, order, before, outside.now());
}

/** `jobwarden stop`: stops every cancel for a while. */
export const stop: Command = {
  name: 'stop',
  summary: 'stop every cancel for a while',
  help,
  options: { for: { type: 'string' }, reason: { type: 'string' }, policy: { type: 'string' }, by: { type: 'string' } },
  run,
};
