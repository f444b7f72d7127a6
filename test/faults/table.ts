import { isCarriedOut, kinds, type Kind } from './kinds.ts';
import { slackCalls, type SlackCall, type SlackSeen } from './slack-cell.ts';
import { watchCalls, type WatchCall } from './watch-calls.ts';
import type { WatchSeen } from './watch-cell.ts';

/** A cell of the table with what was seen in it. */
export interface WatchResult {
  readonly call: WatchCall;
  readonly kind: Kind;
  readonly seen: WatchSeen;
}
export interface SlackResult {
  readonly call: SlackCall;
  readonly kind: Kind;
  readonly seen: SlackSeen;
}

const faults: Readonly<Record<Kind, string>> = {
  'no answer in time': 'the answer never comes',
  hang: 'nothing comes, and nothing is done',
  'connection lost': 'the connection is closed at once',
  '403 rate limit': 'HTTP 403 `rateLimitExceeded`; Slack: `ratelimited`; Pub/Sub: RESOURCE_EXHAUSTED',
  '403 denied': 'HTTP 403 `forbidden`; Slack: `missing_scope`; Pub/Sub: PERMISSION_DENIED',
  '404': 'HTTP 404 `notFound`; Slack: `users_not_found` and the like; Pub/Sub: NOT_FOUND',
  '409': 'HTTP 409 `conflict`; Pub/Sub: ABORTED',
  '412': 'HTTP 412 `conditionNotMet`; Pub/Sub: FAILED_PRECONDITION',
  '429 once, for 1 s': 'HTTP 429 with `Retry-After: 1`, once; Pub/Sub: RESOURCE_EXHAUSTED, once',
  '429, for 120 s': 'HTTP 429 with `Retry-After: 120`',
  '500': 'HTTP 500; Pub/Sub: INTERNAL',
  '503': 'HTTP 503; Pub/Sub: UNAVAILABLE',
  'truncated body': 'the connection ends in the middle of the answer',
  'not JSON': 'HTTP 200 with a page of HTML',
  'wrong JSON': 'JSON of another shape; Pub/Sub: bytes that are no message',
  'empty body': 'HTTP 200 and nothing; Pub/Sub: OK without a message',
};

const meaning: Readonly<Record<WatchCall, string>> = {
  'BigQuery jobs.list': 'of project `a` fails. Its jobs are not seen; the other projects are swept.',
  'BigQuery jobs.get':
    'of the runaway of `a` fails. A job that cannot be looked at is not cancelled; the other one is.',
  'BigQuery jobs.cancel':
    'of the runaway of `a` fails. What became of the job is looked at before anything is said; a cancel that was refused is tried again after three minutes, one that is forbidden after an hour.',
  'Cloud Storage: get the policy': 'fails. The last good policy stays, and only observes.',
  'Cloud Storage: get the stop switch': 'fails. What cannot be read stops every cancel.',
  'Cloud Storage: get the ledger':
    'fails. Nothing is done without it; `broke off` is an answer of HTTP 500 and a CRITICAL log line. A 404 looks like a first sweep: its swap is refused.',
  'Cloud Storage: put the plan': 'fails, before anything is cancelled. What cannot be recorded is not done.',
  'Cloud Storage: put the outcomes':
    'fails, after the cancels. The next sweep finds out again how they ended, and publishes it under the same ids.',
  'Cloud Storage: get a receipt': 'for the owner of the runaway of `a` fails. No grace begins without a receipt.',
  'Pub/Sub publish': 'fails. The cancels go on: their record waits in the ledger, and the next sweep publishes it.',
};

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const quoted = (text: string | undefined) =>
  text === undefined || text === '' ? '' : `\`${text.replaceAll('`', "'")}\``;
const short = (names: readonly string[]) => names.map((name) => name.replace(/^(cancel|job)\./, '')).join(', ');

function watchTable(call: WatchCall, results: readonly WatchResult[]): string {
  const head = [
    'fault',
    'the sweep',
    'what it says first',
    'runaway of a',
    'of b',
    'events wait',
    'all is well',
    'record of a',
  ];
  const rows = results
    .filter((result) => result.call === call)
    .map(({ kind, seen }) => [
      kind,
      [seen.status, seen.mode].filter((word) => word !== undefined).join(', '),
      quoted(seen.says[0]),
      seen.here,
      seen.others,
      seen.waiting > 0 ? 'yes' : 'no',
      seen.over === 'minutes' ? 'after some minutes' : seen.over === 'an hour' ? 'after an hour' : 'next sweep',
      short(seen.told.here),
    ]);
  return `### ${call}\n\nThe call ${meaning[call]}\n\n${table(head, rows)}`;
}

function slackTable(call: SlackCall, results: readonly SlackResult[]): string {
  const head = ['fault', 'the delivery', 'why', 'told by then', 'a notice to a channel', 'told in the end', 'receipt'];
  const rows = results
    .filter((result) => result.call === call)
    .map(({ kind, seen }) => [
      kind,
      `${seen.answer.status}${seen.answer.retryAfter === undefined ? '' : `, Retry-After ${seen.answer.retryAfter}`}`,
      quoted(seen.says),
      seen.meanwhile.join(', ') || 'nobody',
      String(seen.others),
      seen.inbox.join(', ') || 'nobody',
      `${seen.receipt ?? 'none'}${seen.deadLetters > 0 ? ', and a dead letter' : ''}`,
    ]);
  return `### Slack ${call}\n\n${table(head, rows)}`;
}

const head = `# What happens when a service fails

Made by \`faults.test.ts\` from what it saw; \`UPDATE=1\` writes it anew. Every cell has its expectation in
\`expected-watch.ts\` or \`expected-slack.ts\`. The product runs with its real adapters against the stand-ins over HTTP and
gRPC, with a proxy in between that spoils one kind of call; time-outs are a tenth of those of production.

In every cell: no cancel was sent before its plan and its intent were in the ledger; every event fits its schema, bears the
same id each time it is published, and the numbers of a case have no gap; once the call is repaired both runaways are
cancelled, the record is whole, and nothing waits.`;

const notifyHead = `## notify

A notice to a person, then to a channel, is delivered while one call of Slack fails, and again once it is repaired. Slack
takes no key by which it could know a message again: where the answer to chat.postMessage is lost, the message comes twice.
What \`notify\` does when its claims and receipts fail is in [test/notify/faults.md](../notify/faults.md).`;

const watchHead = `## watch

There are two projects, \`a\` and \`b\`, with one runaway job each. One call fails during one sweep and is repaired then. What
fails of Cloud Storage or Pub/Sub concerns both.`;

/** The whole page. */
export function pageOf(watch: readonly WatchResult[], slack: readonly SlackResult[]): string {
  const legend = table(
    ['fault', 'what comes instead of the answer', 'was it carried out'],
    kinds.map((kind) => [kind, faults[kind], isCarriedOut.has(kind) ? 'yes' : 'no']),
  );
  const sections = [
    head,
    legend,
    watchHead,
    ...watchCalls.map((call) => watchTable(call, watch)),
    notifyHead,
    ...slackCalls.map((call) => slackTable(call, slack)),
  ];
  return `${sections.join('\n\n')}\n`;
}
