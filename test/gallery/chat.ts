import { z } from 'zod';
import { href, markup, type Markup } from '../../shared/pages/markup.ts';

const button = z.object({ text: z.string(), onClick: z.object({ openLink: z.object({ url: z.string() }) }) });
const widget = z.object({
  textParagraph: z.object({ text: z.string() }).optional(),
  buttonList: z.object({ buttons: z.array(button) }).optional(),
});
const chat = z.object({
  cardsV2: z.array(
    z.object({
      card: z.object({
        header: z.object({ title: z.string() }),
        sections: z.array(z.object({ widgets: z.array(widget) })),
      }),
    }),
  ),
});

const tag = /(<\/?(?:b|br|font)(?: (?:color="#[\da-f]{6}"|face="monospace"))?>)/;
const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&nbsp;': '\u00a0',
  '&quot;': '"',
  '&#39;': "'",
};
const shown: Readonly<Record<string, Markup>> = {
  '<b>': markup`<b>`,
  '</b>': markup`</b>`,
  '<br>': markup`<br>`,
  '</font>': markup`</span>`,
  '<font face="monospace">': markup`<span class="mono">`,
};

/** The few tags that a text of Google Chat reads, and everything else as the characters it is. */
function textMarkup(text: string): readonly Markup[] {
  return text.split(tag).map((piece) => {
    if (tag.test(piece)) return shown[piece] ?? markup`<span class="quiet small">`;
    return markup`${piece.replaceAll(/&(lt|gt|amp|nbsp|quot|#39);/g, (entity) => entities[entity] ?? entity)}`;
  });
}

function widgetMarkup({ textParagraph, buttonList }: z.output<typeof widget>): Markup {
  const buttons = (buttonList?.buttons ?? []).map(
    ({ text, onClick }) =>
      markup`<a class="chat-button" href="${href(onClick.openLink.url)}" target="_blank" rel="noreferrer noopener">${text}</a> `,
  );
  const words = textParagraph === undefined ? [] : [markup`<p>${textMarkup(textParagraph.text)}</p>`];
  return markup`${words}${buttons.length === 0 ? [] : [markup`<p>${buttons}</p>`]}`;
}

/** A message as a space of Google Chat shows it. */
export function chatMarkup(body: unknown): Markup {
  const { cardsV2 } = chat.parse(body);
  const cards = cardsV2.map(({ card: { header, sections } }) => {
    const parts = sections.map(
      ({ widgets }) => markup`<div class="chat-section">${widgets.map((one) => widgetMarkup(one))}</div>`,
    );
    return markup`<div class="chat-card"><div class="chat-header">${header.title}</div>${parts}</div>`;
  });
  return markup`<div class="chat">${cards}</div>`;
}
