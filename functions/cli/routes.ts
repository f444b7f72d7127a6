import type { Problem } from '../../shared/jobs/problem.ts';
import { digest } from '../../shared/notices/digest.ts';
import { messageOf, type Message } from '../../shared/notices/message.ts';
import { receiverKey, type Notice, type Receiver } from '../../shared/notices/notice.ts';
import { routesFor } from '../../shared/notices/route.ts';
import { usage } from './arguments.ts';
import { cannotRun, optionOf } from './asked.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { readPolicy, readText, type PolicyFile, type Read } from './policy-file.ts';
import { readEvent, type EventRead } from './routes-event.ts';
import { asText, renderedFor } from './routes-render.ts';
import { plain } from './verdict-lines.ts';

const help = `Usage: jobwarden routes test --event FILE --policy FILE

Says who would be told of an audit event under a policy, through which routes, and what they would read: the owner and
the step that finds them, every receiver in the order in which they are tried, the message as text, and what is sent to
each channel. Nobody is told.

FILE is one audit event in JSON, as the topic and the audit table have it; - is standard input. An event leaves the
statement of its job out, so the message here does too.

Options:
  --event FILE     the audit event
  --policy FILE    the policy

Exit code 0 when somebody would be told, 1 when nobody would, 2 when a file could not be read.

Examples:
  jobwarden routes test --event event.json --policy policy.yaml
  gcloud pubsub subscriptions pull audit --limit=1 --format='value(message.data)' |
    base64 -d | jobwarden routes test --event - --policy policy.yaml`;

type Known = Exclude<EventRead, { readonly why: string }>;

interface Tried {
  readonly known: Known;
  readonly file: PolicyFile;
  readonly notices: readonly Notice[];
}

async function eventIn(file: string, policy: PolicyFile, outside: Outside): Promise<Read<Known>> {
  const text = await readText(file, outside);
  if ('problems' in text) return text;
  let json: unknown;
  try {
    json = JSON.parse(text.value);
  } catch {
    json = undefined;
  }
  const read = readEvent(json, policy);
  if (!('why' in read)) return { value: read };
  const says = `${file} is no audit event of Jobwarden: ${read.why}.`;
  const cure = 'Take one event as it was published, with its specversion, type and data.';
  return { problems: [{ code: 'bad-event', severity: 'error', where: 'event', file, says, try: cure }] };
}

function routesOf({ known, file }: Tried): readonly number[] {
  const [tell] = known.tidings.tells;
  const { rule, action, owner } = tell?.outcome.verdict ?? {};
  return routesFor({ event: known.name, rule, action, owner: owner?.name, job: known.job }, file.policy);
}

function ownerLine({ known }: Tried): string {
  const owner = known.tidings.tells[0]?.outcome.verdict.owner;
  if (owner === undefined) return 'owner      the operators: it is about Jobwarden itself';
  return `owner      ${plain(owner.name)} (${owner.kind}), found by ${plain(owner.foundBy)}`;
}

function routeLine(tried: Tried): string {
  const found = routesOf(tried).map((position) => `routes[${position}]`);
  return `routes     ${found.length === 0 ? 'none: it goes to its owner' : found.join(' and ')}`;
}

function messageFor(notice: Notice, to: Receiver | undefined): Message {
  return messageOf(notice, { to: to?.to, nowMs: notice.atMs, notReached: [] });
}

/** One receiver for each channel of a notice: what the second one on it would get looks the same. */
function channelsOf({ receivers }: Notice): readonly Receiver[] {
  return [...new Map(receivers.toReversed().map((one) => [one.channel, one])).values()].toReversed();
}

function noticeLines(notice: Notice): readonly Line[] {
  const [first] = notice.receivers;
  const tried = notice.receivers.map((receiver) => plain(receiverKey(receiver))).join(', else ');
  const sent = channelsOf(notice).flatMap((receiver): Line[] => {
    const rendered = renderedFor(receiver.channel, messageFor(notice, receiver), notice);
    return rendered === undefined
      ? []
      : ['', [{ text: `Sent to ${receiver.channel}:`, as: 'strong' }], ...raw(rendered)];
  });
  const text = asText(messageFor(notice, first), notice);
  return [
    '',
    [{ text: `told       ${tried === '' ? 'nobody: the policy names nobody to tell' : tried}`, as: 'good' }],
    '',
    ...raw(text),
    ...sent,
  ];
}

/** Lines of a message keep the blanks at their beginning. */
function raw(text: string): readonly Line[] {
  return text.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
}

function reportOf(tried: Tried): Report {
  const { known, notices } = tried;
  const reached = notices.filter(({ receivers }) => receivers.length > 0);
  const nobody: Line[] = notices.length === 0 ? ['', 'Nobody is told: it is for the record, observed, or muted.'] : [];
  const head = [`event      ${known.name}`, ownerLine(tried), routeLine(tried)];
  return {
    status: reached.length > 0 ? 'fine' : 'findings',
    problems: [],
    text: [...head, ...notices.flatMap(noticeLines), ...nobody],
    data: dataOf(tried),
  };
}

function dataOf(tried: Tried) {
  return {
    event: tried.known.name,
    owner: tried.known.tidings.tells[0]?.outcome.verdict.owner ?? null,
    routes: routesOf(tried),
    notices: tried.notices.map((notice) => ({
      receivers: notice.receivers.map(receiverKey),
      text: asText(messageFor(notice, notice.receivers[0]), notice),
      sent: Object.fromEntries(
        channelsOf(notice).flatMap((receiver) => {
          const rendered = renderedFor(receiver.channel, messageFor(notice, receiver), notice);
          return rendered === undefined ? [] : [[receiver.channel, JSON.parse(rendered)]];
        }),
      ),
    })),
  };
}

function asked(given: Given): { readonly event: string; readonly policy: string } | readonly Problem[] {
  const [verb, ...more] = given.files;
  const event = optionOf(given, 'event');
  const policy = optionOf(given, 'policy');
  const problems: Problem[] = [];
  if (verb !== 'test' || more.length > 0)
    problems.push(
      usage('unexpected-file', 'It is not said what to do with the routes.', 'Write jobwarden routes test.'),
    );
  if (event === undefined) problems.push(usage('no-file', 'No event is named.', 'Add --event FILE.'));
  if (policy === undefined) problems.push(usage('no-file', 'No policy is named.', 'Add --policy FILE.'));
  return event === undefined || policy === undefined || problems.length > 0 ? problems : { event, policy };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const wanted = asked(given);
  if (!('event' in wanted)) return cannotRun(wanted);
  const read = await readPolicy(wanted.policy, outside);
  if ('problems' in read) return cannotRun(read.problems);
  const file = read.value;
  const event = await eventIn(wanted.event, file, outside);
  if ('problems' in event) return cannotRun(event.problems);
  const { tidings, atMs } = event.value;
  const context = { sweepId: 'routes test', atMs, policy: { sha256: '-', where: file.file } };
  return reportOf({ known: event.value, file, notices: digest(tidings, file.policy, context) });
}

/** `jobwarden routes test`: who would be told of an event, and what they would read. */
export const routes: Command = {
  name: 'routes',
  summary: 'say who would be told of an audit event, and what they would read',
  help,
  options: { event: { type: 'string' }, policy: { type: 'string' } },
  run,
};
