import type { Link, MessageJob } from './message-job.ts';
import type { Message } from './message.ts';
import { plainMessage } from './render.ts';
import { clip } from './text.ts';

// A text block of an Adaptive Card reads Markdown, a text run in a rich text block does not (Adaptive Cards schema,
// RichTextBlock), so all words are text runs. Both read {{DATE(…)}} and {{TIME(…)}} (source of the JavaScript library).

type Style = Readonly<Record<string, unknown>>;

/** The same to the eye, without the two brackets in a row that a function begins with: a zero-width joiner parts them. */
const asWritten = (text: string) => text.replaceAll(/\{(?=\{)/g, '{\u200d');

const run = (text: string, style: Style = {}) => ({ type: 'TextRun', text: asWritten(text), ...style });
const bold: Style = { weight: 'Bolder' };
const rich = (inlines: readonly object[], style: Style = {}) => ({ type: 'RichTextBlock', inlines, ...style });
const open = ({ text, url }: Link) => ({ type: 'Action.OpenUrl', title: text, url });

/** Teams shows at most six actions of a card. */
const maxActions = 6;

function lines(all: readonly string[], style: Style = {}): readonly object[] {
  return all.map((line) => rich([run(line, style)]));
}

const code = (text: string) => rich([run(text, { fontType: 'Monospace' })], { spacing: 'Small' });

function commandItems({ commands = [], snippet = [] }: MessageJob): readonly object[] {
  const asked = commands.flatMap((one) => [rich([run(`${one.text}:`, bold)]), code(one.command)]);
  const exempt = snippet.length === 0 ? [] : [rich([run('To exempt it, for the policy:', bold)]), ...snippet.map(code)];
  return [...asked, ...exempt];
}

function jobItems(job: MessageJob) {
  const facts = job.facts.map(({ label, text }) => rich([run(`${label}: `, bold), run(text)], { spacing: 'Small' }));
  const query = job.query === undefined ? [] : [code(job.query)];
  const link =
    job.link === undefined
      ? []
      : [rich([run(job.link.text, { selectAction: open(job.link), color: 'Accent' })], { spacing: 'Small' })];
  return {
    type: 'Container',
    separator: true,
    items: [rich([run(job.heading, bold)]), ...facts, ...query, ...link, ...commandItems(job)],
  };
}

function envelope(body: readonly object[], actions: readonly object[]) {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body,
    ...(actions.length === 0 ? {} : { actions }),
    msteams: { width: 'Full' },
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

const title = (text: string) => rich([run(text, { ...bold, size: 'Large' })]);
const small: Style = { size: 'Small', isSubtle: true };

/** The message as an Adaptive Card 1.2 in the envelope of a Teams workflow: nothing in it is read as markup. */
export function teamsCard(message: Message): object {
  return envelope(
    [
      title(message.title),
      ...lines(message.lead),
      ...message.jobs.map(jobItems),
      ...lines(message.closing),
      ...lines([message.small], small),
    ],
    message.links.slice(0, maxActions).map(open),
  );
}

/** The same in at most 4,000 characters of plain words: for when the card is larger than Teams takes. */
export function shortTeamsCard(message: Message): object {
  const words = clip(plainMessage(message), 4000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return envelope(lines(words.slice(0, 100)), message.links.slice(0, maxActions).map(open));
}
