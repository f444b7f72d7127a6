import type { Link, MessageJob } from './message-job.ts';
import type { Message } from './message.ts';
import { plainMessage } from './render.ts';
import { clip, escapeMarkup } from './text.ts';

// The text of a Google Chat card reads a few HTML tags (Google Chat card reference), so everything in it is escaped.

const shown = escapeMarkup;
const paragraph = (text: string) => ({ textParagraph: { text } });
const buttons = (links: readonly Link[]) => ({
  buttonList: { buttons: links.map(({ text, url }) => ({ text, onClick: { openLink: { url } } })) },
});

/** In a plain text of Google Chat `<users/all>` calls everybody and nothing can be escaped: the bracket is another one. */
function harmless(text: string): string {
  return text
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll(/[*_~`]/g, '\u2217');
}

const code = (text: string) => `<font face="monospace">${shown(text).replaceAll('  ', '&nbsp; ')}</font>`;

function commandLines({ commands = [], snippet = [] }: MessageJob): readonly string[] {
  const asked = commands.flatMap((one) => [`<b>${shown(one.text)}:</b>`, code(one.command)]);
  return snippet.length === 0 ? asked : [...asked, '<b>To exempt it, for the policy:</b>', ...snippet.map(code)];
}

function jobSection(job: MessageJob) {
  const facts = job.facts.map((fact) => `<b>${shown(fact.label)}:</b> ${shown(fact.text)}`);
  const query = job.query === undefined ? [] : [`<b>Query:</b> ${code(job.query)}`];
  const lines = [`<b>${shown(job.heading)}</b>`, ...facts, ...query, ...commandLines(job)];
  return { widgets: [paragraph(lines.join('<br>')), ...(job.link === undefined ? [] : [buttons([job.link])])] };
}

function card(title: string, sections: readonly object[]) {
  return {
    cardsV2: [{ cardId: 'jobwarden', card: { header: { title: clip(title, 150) }, sections } }],
    fallbackText: harmless(clip(title, 300)),
  };
}

/** The message as a Google Chat card: nothing in it is read as markup, and nobody is called by it. */
export function chatCard(message: Message): object {
  const { title, lead, jobs, closing, links, small } = message;
  const end = [...closing.map(shown), `<font color="#5f6368">${shown(small)}</font>`];
  return card(title, [
    ...(lead.length === 0 ? [] : [{ widgets: [paragraph(lead.map(shown).join('<br>'))] }]),
    ...jobs.map(jobSection),
    { widgets: [paragraph(end.join('<br>')), ...(links.length === 0 ? [] : [buttons(links)])] },
  ]);
}

/** The same in at most 4,000 characters of plain words: for when the card is larger than Google Chat takes. */
export function shortChatCard(message: Message): object {
  const words = shown(clip(plainMessage(message), 4000)).replaceAll('\n', '<br>');
  return card(message.title, [{ widgets: [paragraph(words)] }]);
}
