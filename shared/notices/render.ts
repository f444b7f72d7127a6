import type { Link, MessageJob } from './message-job.ts';
import { messageOf, type Delivery, type Message } from './message.ts';
import type { Notice } from './notice.ts';
import { clip, escapeMarkup } from './text.ts';

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

type Leaf =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold: true } }
  | { readonly type: 'link'; readonly url: string; readonly text: string };

interface RichElement {
  readonly type: 'rich_text_section' | 'rich_text_preformatted';
  readonly elements: readonly Leaf[];
}

/** The kinds of Slack blocks that are used: none of them reads markup in its text (Slack Block Kit reference). */
type SlackBlock =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'rich_text'; readonly elements: readonly RichElement[] }
  | { readonly type: 'context'; readonly elements: readonly PlainText[] };

/** A message as Slack takes it. `text` is what notifications and clients without blocks show, with its markup escaped. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** Jobs in one block, so that ten jobs in brief, and twenty named in a thread, stay within twelve blocks. */
function jobsPerBlock(jobs: number): number {
  if (jobs <= 3) return 1;
  return jobs <= 10 ? 2 : 4;
}

const plain = (text: string): PlainText => ({ type: 'plain_text', text, emoji: false });
const text = (words: string): Leaf => ({ type: 'text', text: words });
const bold = (words: string): Leaf => ({ type: 'text', text: words, style: { bold: true } });
const linkLeaf = (link: Link): Leaf => ({ type: 'link', url: link.url, text: link.text });
const section = (elements: readonly Leaf[]): RichElement => ({ type: 'rich_text_section', elements });

function lines(all: readonly string[]): readonly Leaf[] {
  return all.map((line, index) => text(index === all.length - 1 ? line : `${line}\n`));
}

const preformatted = (words: string): RichElement => ({ type: 'rich_text_preformatted', elements: [text(words)] });

function commandElements({ commands = [], snippet }: MessageJob): readonly RichElement[] {
  const run = commands.flatMap((one) => [section([bold(`${one.text}:`)]), preformatted(one.command)]);
  if (snippet === undefined) return run;
  return [...run, section([bold('To exempt it, for the policy:')]), preformatted(snippet.join('\n'))];
}

function jobElements(job: MessageJob): readonly RichElement[] {
  const facts = job.facts.flatMap(({ label, text: words }) => [bold(`\n${label}: `), text(words)]);
  const link: readonly Leaf[] = job.link === undefined ? [] : [text('\n'), linkLeaf(job.link)];
  const code: readonly RichElement[] = job.query === undefined ? [] : [preformatted(job.query)];
  return [section([bold(job.heading), ...facts, ...link]), ...code, ...commandElements(job)];
}

function jobBlocks(jobs: readonly MessageJob[]): readonly SlackBlock[] {
  const size = jobsPerBlock(jobs.length);
  const blocks: SlackBlock[] = [];
  for (let start = 0; start < jobs.length; start += size) {
    const elements: RichElement[] = [];
    for (const job of jobs.slice(start, start + size)) {
      if (elements.length > 0) elements.push(section([text('\n')]));
      elements.push(...jobElements(job));
    }
    blocks.push({ type: 'rich_text', elements });
  }
  return blocks;
}

function closingLeaves({ closing, links }: Message): readonly Leaf[] {
  const between = closing.length > 0 && links.length > 0 ? [text('\n')] : [];
  const linked = links.flatMap((link, index) => (index === 0 ? [linkLeaf(link)] : [text('  ·  '), linkLeaf(link)]));
  return [...lines(closing), ...between, ...linked];
}

/**
 * The message as Slack blocks: at most 12 blocks, 2,800 characters in one, 10,000 in all (Slack refuses somewhere above
 * 11,000 with `msg_blocks_too_long`, which is not documented). Nothing in it is read as markup.
 */
export function slackMessage(message: Message): SlackMessage {
  const closing = closingLeaves(message);
  const blocks: readonly SlackBlock[] = [
    { type: 'header', text: plain(message.title) },
    ...(message.lead.length === 0 ? [] : [{ type: 'rich_text' as const, elements: [section(lines(message.lead))] }]),
    ...jobBlocks(message.jobs),
    ...(closing.length === 0 ? [] : [{ type: 'rich_text' as const, elements: [section(closing)] }]),
    { type: 'context', elements: [plain(message.small)] },
  ];
  const first = message.jobs[0];
  const summary = first === undefined ? message.title : `${message.title}: ${first.heading}`;
  return { text: escapeMarkup(clip(summary, 250)), blocks };
}

function plainJob(job: MessageJob): string {
  const facts = job.facts.map((fact) => `  ${`${fact.label}:`.padEnd(10)}${fact.text}`);
  const query = job.query === undefined ? [] : [`  Query:    ${job.query}`];
  const link = job.link === undefined ? [] : [`  Console:  ${job.link.url}`];
  const run = (job.commands ?? []).flatMap((one) => [`  ${one.text}:`, `    ${one.command}`]);
  const lines =
    job.snippet === undefined ? [] : ['  To exempt it, for the policy:', ...job.snippet.map((one) => `    ${one}`)];
  return [job.heading, ...facts, ...query, ...link, ...run, ...lines].join('\n');
}

/** The message as a person would read it, in plain text: for terminals, and where a channel cannot show more. */
export function plainMessage(message: Message): string {
  const links = message.links.map((link) => `${link.text}: ${link.url}`);
  const parts = [
    message.title,
    message.lead.join('\n'),
    ...message.jobs.map(plainJob),
    [...message.closing, ...links].join('\n'),
    message.small,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A notice in plain text as its first receiver sees it, or as `delivery` says. */
export function plainText(notice: Notice, delivery?: Delivery): string {
  const first: Delivery = { to: notice.receivers[0]?.to, nowMs: notice.atMs, notReached: [] };
  return plainMessage(messageOf(notice, delivery ?? first));
}
