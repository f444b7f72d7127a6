import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { markup, type Markup } from '../../shared/pages/markup.ts';
import { pageText, textBeside, themeChoice } from '../../shared/pages/page.ts';
import { startDelivering, type Arrived } from './deliver.ts';
import { previews } from './previews.ts';
import { stories } from './stories.ts';
import type { Story } from './story.ts';

function storyMarkup({ id, name, readers }: Story, all: readonly Arrived[]): Markup {
  const shown = previews.map(
    (
      one,
    ) => markup`<article class="preview" data-channel="${one.id}"><h3>${one.name}</h3><div class="screen">${one.shows(all)}</div></article>
`,
  );
  return markup`<section class="story" id="${id}" data-message="${id}" aria-labelledby="name-${id}">
<h2 id="name-${id}">${name} <span class="quiet small">read by ${readers}</span></h2>
<div class="previews">${shown}</div></section>
`;
}

const option = ({ id, name }: { readonly id: string; readonly name: string }) =>
  markup`<option value="${id}">${name}</option>`;

function bar(all: readonly Story[]): Markup {
  return markup`<header class="bar"><h1>Jobwarden: what people are told</h1>
<label class="choice"><span>Message</span> <select id="message"><option value="">All ${all.length}</option>${all.map(option)}</select></label>
<label class="choice"><span>Channel</span> <select id="channel"><option value="">All ${previews.length}</option>${previews.map(option)}</select></label>
${themeChoice}</header>`;
}

const cardLibrary = () =>
  readFileSync(createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js'), 'utf8');

/**
 * Every kind of message on every channel, as one page that fetches nothing. Each was sent by the product's own channel to
 * a stand-in for its service, so the page shows what arrives.
 */
export async function galleryPage(): Promise<string> {
  const delivering = await startDelivering();
  const all = stories();
  const shown: Markup[] = [];
  try {
    for (const story of all) shown.push(storyMarkup(story, await delivering.deliver(story.told)));
  } finally {
    await delivering.close();
  }
  const beside = (name: string) => textBeside(import.meta.url, name);
  return pageText({
    title: 'What people are told · Jobwarden',
    body: markup`${bar(all)}<main>${shown}</main>`,
    styles: [beside('../../infra/pages/slack.css'), beside('./gallery.css')],
    scripts: [cardLibrary(), beside('./gallery.browser.js')],
    asksItsServer: false,
  });
}
