import { isCarriedOut, kinds, type Kind } from './kinds.ts';
import { slackCalls, type SlackCall, type SlackSeen } from './slack-cell.ts';

type Expected = Omit<SlackSeen, 'says' | 'failed'> & { readonly says: RegExp };

const person = 'sam@example.com';
const fallback = '#data-unowned';

const says: Readonly<Record<Kind, RegExp>> = {
  'no answer in time': /did not answer within 1000 ms$/,
  hang: /did not answer within 1000 ms$/,
  'connection lost': /could not be reached$/,
  '403 rate limit': /: ratelimited$/,
  '403 denied': /: missing_scope$/,
  '404': /\((users_not_found|user_not_found|channel_not_found)\)$/,
  '409': /answered HTTP 409$/,
  '412': /answered HTTP 412$/,
  '429 once, for 1 s': /is rate limited$/,
  '429, for 120 s': /is rate limited$/,
  '500': /answered HTTP 500$/,
  '503': /answered HTTP 503$/,
  'truncated body': /could not be reached$/,
  'not JSON': /gave an answer that is not understood$/,
  'wrong JSON': /gave an answer that is not understood$/,
  'empty body': /gave an answer that is not understood$/,
};

const retryAfter: Readonly<Partial<Record<Kind, string>>> = { '429 once, for 1 s': '1', '429, for 120 s': '120' };

/** The person cannot be reached for good: the next receiver hears of it at once, or nobody can be told at all. */
function notFound(call: SlackCall): Expected {
  const isNobody = call === 'chat.postMessage';
  const inbox = isNobody ? [] : [fallback];
  return {
    answer: { status: 204, retryAfter: undefined },
    says: says['404'],
    meanwhile: inbox,
    others: 204,
    deliveries: 1,
    inbox,
    receipt: isNobody ? 'undeliverable' : 'delivered',
    deadLetters: isNobody ? 1 : 0,
  };
}

/** What is expected of a cell. Slack takes no key by which it could know a message again: what it got is sent once more. */
export function expectedOfSlack(call: SlackCall, kind: Kind): Expected {
  if (kind === '404') return notFound(call);
  const isPost = call === 'chat.postMessage';
  const isSent = isPost && isCarriedOut.has(kind);
  return {
    answer: { status: 503, retryAfter: retryAfter[kind] ?? '10' },
    says: says[kind],
    meanwhile: isSent ? [person] : [],
    others: isPost && kind !== '429 once, for 1 s' ? 503 : 204,
    deliveries: 2,
    inbox: isSent ? [person, person] : [person],
    receipt: 'delivered',
    deadLetters: 0,
  };
}

/** Every cell about Slack. */
export const slackRows = slackCalls.flatMap((call) => kinds.map((kind) => ({ call, kind })));
