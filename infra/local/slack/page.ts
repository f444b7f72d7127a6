import { markup, type Markup } from '../../../shared/pages/markup.ts';
import { pageText, textBeside, themeChoice } from '../../../shared/pages/page.ts';
import { slackMessageMarkup, slackThreadMarkup } from '../../pages/slack.ts';
import type { InboxMessage } from './inbox.ts';

const maxShown = 300;

function timeOf({ ts, edited }: InboxMessage): string {
  const iso = new Date(Number(ts) * 1000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC${edited === true ? ' (edited)' : ''}`;
}

const shown = (message: InboxMessage) => slackMessageMarkup(message, timeOf(message));

function threadMarkup(first: InboxMessage, replies: readonly InboxMessage[]): Markup {
  return markup`<article>${shown(first)}${slackThreadMarkup(replies.map(shown))}</article>`;
}

function roomMarkup(channel: string, messages: readonly InboxMessage[]): Markup {
  const here = new Set(messages.map(({ ts }) => ts));
  // An answer whose first message is no longer kept stands on its own.
  const firsts = messages.filter(({ thread_ts: under }) => under === undefined || !here.has(under));
  const threads = firsts
    .map((first) => {
      const replies = messages.filter(({ thread_ts: under, ts }) => under === first.ts && ts !== first.ts);
      return { last: replies.at(-1)?.ts ?? first.ts, html: threadMarkup(first, replies) };
    })
    .toSorted((a, b) => Number(b.last) - Number(a.last));
  const to = messages[0]?.to ?? channel;
  const count = `${messages.length} ${messages.length === 1 ? 'message' : 'messages'}`;
  return markup`<section class="room" data-room="${channel}" data-to="${to}"><h2>${to} <span class="quiet small">${count}</span></h2>${threads.map(({ html }) => html)}</section>`;
}

/** The messages as people see them: a room each, the one with the latest message first, threads under their first message. */
export function roomsMarkup(all: readonly InboxMessage[]): Markup {
  const messages = all.slice(-maxShown);
  const rooms = Map.groupBy(messages.toReversed(), ({ channel }) => channel);
  const older = all.length - messages.length;
  return markup`${[...rooms].map(([channel, some]) => roomMarkup(channel, some.toReversed()))}${
    older === 0 ? [] : [markup`<p class="quiet">${older} older messages are in GET /inbox.</p>`]
  }`;
}

const styles = ['../../pages/slack.css', './page.css'].map((name) => textBeside(import.meta.url, name));
const scripts = [textBeside(import.meta.url, './page.browser.js')];

/** The inbox as a page that shows new messages as they arrive. `version` is that of the messages in it. */
export function inboxPage(messages: readonly InboxMessage[], version: string): string {
  const body = markup`<header class="bar"><h1>Slack inbox</h1>
<span id="status" class="quiet small" role="status" aria-live="polite"></span>
<label class="choice"><span>Room</span> <select id="room"><option value="">All rooms</option></select></label>
${themeChoice}</header>
<main><p id="empty" class="quiet">Nothing has arrived yet. Messages appear here by themselves.</p>
<div id="rooms" data-version="${version}">${roomsMarkup(messages)}</div></main>`;
  return pageText({ title: 'Slack inbox · Jobwarden', body, styles, scripts, asksItsServer: true });
}
