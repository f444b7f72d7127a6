import { z } from 'zod';
import { ChannelError } from './channel.ts';
import type { SlackMessage } from './render.ts';
import { isAboutBlocks, slackRefusal, slackStatus } from './slack-errors.ts';

/** Where the Slack Web API is and how it is called. `timeoutMs` is for each call; 8 s, and 15 s to post, if left out. */
export interface SlackOptions {
  readonly token: string;
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
}

/** Slack refused the blocks of a message; the message itself may still go out as text. */
export class BlocksRefused extends ChannelError {}

/** A message for chat.postMessage or chat.update, with the id that ties it to a notice, and the thread that it belongs in. */
interface SlackPost extends SlackMessage {
  readonly noticeId: string;
  readonly threadTs?: string;
}

/** The five methods that are needed. Each makes one call and throws a `ChannelError` for anything but success. */
export interface SlackClient {
  authTest(signal?: AbortSignal): Promise<{ readonly team: string; readonly user: string }>;
  lookupByEmail(email: string, signal?: AbortSignal): Promise<string>;
  openConversation(user: string, signal?: AbortSignal): Promise<string>;
  postMessage(
    channel: string,
    post: SlackPost,
    signal?: AbortSignal,
  ): Promise<{ readonly channel: string; readonly ts: string }>;
  updateMessage(
    at: { readonly channel: string; readonly ts: string },
    post: SlackPost,
    signal?: AbortSignal,
  ): Promise<void>;
}

const maxAnswerBytes = 1_000_000;
const envelope = z.object({ ok: z.boolean(), error: z.string().optional() });
const team = z.object({ team: z.string(), user: z.string() });
const user = z.object({
  user: z.object({
    id: z.string().min(1),
    deleted: z.boolean().optional(),
    enterprise_user: z.object({ id: z.string() }).optional(),
  }),
});
const conversation = z.object({ channel: z.object({ id: z.string().min(1) }) });
const posted = z.object({ channel: z.string().min(1), ts: z.string().min(1) });

type Body = { readonly json: unknown } | { readonly form: Readonly<Record<string, string>> };

interface Call<T> {
  readonly method: string;
  readonly body: Body;
  readonly schema: z.ZodType<T>;
  readonly signal: AbortSignal | undefined;
}

function malformed(method: string, cause?: unknown): ChannelError {
  return new ChannelError(`[slack] ${method} gave an answer that is not understood`, { kind: 'transient', cause });
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) throw new Error(`more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer<T>(call: Call<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own error repeats a piece of the answer, so it is not kept as the cause.
    throw malformed(call.method);
  }
  const answer = envelope.safeParse(json);
  if (!answer.success) throw malformed(call.method, answer.error);
  if (!answer.data.ok) {
    const code = answer.data.error ?? '';
    const refusal = slackRefusal(call.method, code);
    throw isAboutBlocks(code) ? new BlocksRefused(refusal.message, { kind: 'target' }) : refusal;
  }
  const data = call.schema.safeParse(json);
  if (!data.success) throw malformed(call.method, data.error);
  return data.data;
}

/** A message whose answer is late stands all the same and would be sent twice, so for that one the wait is longer. */
function patienceMs(method: string): number {
  return method === 'chat.postMessage' ? 15_000 : 8000;
}

async function request<T>(options: SlackOptions, call: Call<T>): Promise<T> {
  const { token, baseUrl = 'https://slack.com/api/', timeoutMs = patienceMs(call.method) } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  const isJson = 'json' in call.body;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${baseUrl.replace(/\/+$/, '')}/${call.method}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': isJson ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded',
      },
      body: 'json' in call.body ? JSON.stringify(call.body.json) : new URLSearchParams(call.body.form).toString(),
      redirect: 'error',
      signal: call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]),
    });
    text = await textOf(response);
  } catch (cause) {
    const says = limit.aborted ? `did not answer within ${timeoutMs} ms` : 'could not be reached';
    throw new ChannelError(`[slack] ${call.method} ${says}`, { kind: 'transient', cause });
  }
  if (response.status !== 200) throw slackStatus(call.method, response.status, response.headers.get('retry-after'));
  return readAnswer(call, text);
}

function postBody(post: SlackPost) {
  return {
    text: post.text,
    ...(post.blocks.length === 0 ? {} : { blocks: post.blocks }),
    ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
    // Nothing in a message may call people, become a link or be formatted on its own.
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: 'jobwarden_notice', event_payload: { notice_id: post.noticeId } },
  };
}

/** A client of the Slack Web API with one attempt per call, a time-out, and nothing that logs. */
export function slackClient(options: SlackOptions): SlackClient {
  return {
    authTest: (signal) => request(options, { method: 'auth.test', body: { json: {} }, schema: team, signal }),
    lookupByEmail: async (email, signal) => {
      // This method takes no JSON: it answers invalid_arguments to it.
      const body = { form: { email } };
      const found = await request(options, { method: 'users.lookupByEmail', body, schema: user, signal });
      if (found.user.deleted === true) throw slackRefusal('users.lookupByEmail', 'user_disabled');
      return found.user.enterprise_user?.id ?? found.user.id;
    },
    openConversation: async (users, signal) => {
      const body = { json: { users } };
      return (await request(options, { method: 'conversations.open', body, schema: conversation, signal })).channel.id;
    },
    postMessage: (channel, post, signal) => {
      const body = { json: { channel, ...postBody(post) } };
      return request(options, { method: 'chat.postMessage', body, schema: posted, signal });
    },
    updateMessage: async (at, post, signal) => {
      const body = { json: { channel: at.channel, ts: at.ts, ...postBody(post) } };
      await request(options, { method: 'chat.update', body, schema: posted, signal });
    },
  };
}
