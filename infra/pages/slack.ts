import { readBlocks, type SlackBlock } from '../local/slack/blocks.ts';
import type { InboxMessage } from '../local/slack/inbox.ts';
import { href, markup, type Markup } from '../../shared/pages/markup.ts';

type Rich = Extract<SlackBlock, { type: 'rich_text' }>['elements'][number];
type Leaf = Extract<Rich, { type: 'rich_text_section' }>['elements'][number];
type Style = Extract<Leaf, { type: 'text' }>['style'];
type TextObject = Extract<SlackBlock, { type: 'context' }>['elements'][number];

function styled(shown: Markup, style: Style): Markup {
  let result = shown;
  if (style?.code === true) result = markup`<code>${result}</code>`;
  if (style?.bold === true) result = markup`<b>${result}</b>`;
  if (style?.italic === true) result = markup`<i>${result}</i>`;
  return style?.strike === true ? markup`<s>${result}</s>` : result;
}

const anchor = (url: string, words: string) =>
  markup`<a href="${href(url)}" target="_blank" rel="noreferrer noopener">${words}</a>`;

function leafMarkup(leaf: Leaf): Markup {
  switch (leaf.type) {
    case 'text':
      return styled(markup`${leaf.text}`, leaf.style);
    case 'link':
      return styled(anchor(leaf.url, leaf.text ?? leaf.url), leaf.style);
    case 'emoji':
      return markup`:${leaf.name}:`;
    case 'user':
      return markup`<b>@${leaf.user_id}</b>`;
    case 'broadcast':
      return markup`<b>@${leaf.range}</b>`;
  }
}

const leaves = (all: readonly Leaf[]) => all.map(leafMarkup);

function richMarkup(element: Rich): Markup {
  switch (element.type) {
    case 'rich_text_section':
      return markup`<div class="slack-section">${leaves(element.elements)}</div>`;
    case 'rich_text_preformatted':
      return markup`<pre>${leaves(element.elements)}</pre>`;
    case 'rich_text_quote':
      return markup`<div class="slack-quote">${leaves(element.elements)}</div>`;
    case 'rich_text_list':
      return markup`<ul>${element.elements.map((one) => markup`<li>${leaves(one.elements)}</li>`)}</ul>`;
  }
}

/** Slack's own markup is not read, except its three entities: nothing of ours uses it. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const words = ({ type, text }: TextObject) =>
  markup`<div class="slack-section">${type === 'mrkdwn' ? unescaped(text) : text}</div>`;

function blockMarkup(block: SlackBlock): Markup {
  switch (block.type) {
    case 'header':
      return markup`<div class="slack-header" role="heading" aria-level="4">${block.text.text}</div>`;
    case 'divider':
      return markup`<hr>`;
    case 'section':
      return markup`${block.text === undefined ? [] : [words(block.text)]}${(block.fields ?? []).map(words)}`;
    case 'context':
      return markup`<div class="slack-context">${block.elements.map(words)}</div>`;
    case 'actions':
      return markup`<p>${block.elements.map(({ text, url }) => markup`${anchor(url ?? '', text.text)} `)}</p>`;
    case 'rich_text':
      return markup`${block.elements.map(richMarkup)}`;
  }
}

/** What of a message people see: its blocks, or its text where it has none. */
export type SlackContent = Pick<InboxMessage, 'text' | 'blocks'>;

/** The content of a message as Slack shows it: blocks where there are any, the text otherwise. */
function contentMarkup({ text, blocks }: SlackContent): Markup {
  const read = readBlocks(blocks);
  return read.length === 0
    ? markup`<div class="slack-text">${unescaped(text)}</div>`
    : markup`${read.map((block) => markup`<div class="slack-block">${blockMarkup(block)}</div>`)}`;
}

/** One message as Slack shows it, with the app that wrote it. `when` is a time as it is to be read. */
export function slackMessageMarkup(message: SlackContent, when: string): Markup {
  return markup`<div class="slack"><div class="slack-face" aria-hidden="true">J</div><div>
<div><span class="slack-who">Jobwarden</span> <span class="slack-app">APP</span> <span class="quiet small">${when}</span></div>
${contentMarkup(message)}</div></div>`;
}

/** Answers as they stand in the thread of a message. */
export function slackThreadMarkup(replies: readonly Markup[]): Markup {
  if (replies.length === 0) return markup``;
  const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'} in its thread`;
  return markup`<div class="slack-thread"><h4>${count}</h4>${replies}</div>`;
}
