import { z } from 'zod';
import { blockFault } from './blocks.ts';
import type { Inbox } from './inbox.ts';
import type { Workspace } from './workspace.ts';

/** What a method answers: JSON with `ok`, or a rate limit. */
type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };
export type MethodAnswer = Answer | { readonly rateLimited: true };

/** One call: its arguments as they came (JSON values, or the strings of a form). */
export interface Call {
  readonly args: Readonly<Record<string, unknown>>;
  readonly isJson: boolean;
}

export interface State {
  readonly workspace: Workspace;
  readonly inbox: Inbox;
  readonly now: () => number;
  /** One message a second per channel, as Slack allows. */
  readonly rateLimit: boolean;
}

type Method = (call: Call, state: State) => MethodAnswer;

const refuse = (error: string, more: Readonly<Record<string, unknown>> = {}): Answer => ({ ok: false, error, ...more });

/** In a form, arrays and objects are written as JSON in a string. */
const structure = z.union([
  z.string().transform((written, context): unknown => {
    try {
      return JSON.parse(written);
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  }),
  z.unknown(),
]);
const flag = z.union([z.boolean(), z.enum(['true', 'false', '0', '1'])]);
const post = z.object({
  channel: z.string().optional(),
  text: z.string().optional(),
  blocks: structure.optional(),
  thread_ts: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
  metadata: structure.optional(),
  mrkdwn: flag.optional(),
  link_names: flag.optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
  parse: z.enum(['none', 'full']).optional(),
});
const metadata = z.object({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) });

function readPost(
  args: Call['args'],
): { text: string; blocks: readonly unknown[]; rest: z.output<typeof post> } | Answer {
  const read = post.safeParse(args);
  if (!read.success) return refuse('invalid_arguments');
  const { text = '', blocks } = read.data;
  const given = Array.isArray(blocks) ? blocks : [];
  if (text === '' && given.length === 0) return refuse('no_text');
  if (text.length > 40_000) return refuse('msg_too_long');
  const fault = blocks === undefined ? undefined : blockFault(blocks);
  if (fault !== undefined) return refuse(fault.error, { response_metadata: { messages: fault.messages } });
  if (read.data.metadata !== undefined && !metadata.safeParse(read.data.metadata).success)
    return refuse('invalid_metadata_format');
  return { text, blocks: given, rest: read.data };
}

const postMessage: Method = ({ args }, { workspace, inbox, now, rateLimit }) => {
  const read = readPost(args);
  if ('ok' in read) return read;
  if (read.rest.channel === undefined) return refuse('channel_not_found');
  const room = workspace.roomOf(read.rest.channel);
  if (typeof room === 'string') return refuse(room);
  const last = inbox.lastAtMs(room.id);
  if (rateLimit && last !== undefined && now() - last < 1000) return { rateLimited: true };
  const { thread_ts, metadata: known } = read.rest;
  const message = inbox.add({
    to: room.to,
    channel: room.id,
    text: read.text,
    blocks: read.blocks,
    ...(thread_ts === undefined ? {} : { thread_ts }),
    ...(known === undefined ? {} : { metadata: known }),
  });
  return { ok: true, channel: room.id, ts: message.ts, message: { type: 'message', text: read.text, ts: message.ts } };
};

const update: Method = ({ args }, { inbox }) => {
  const at = z.object({ channel: z.string(), ts: z.string() }).safeParse(args);
  const read = readPost(args);
  if ('ok' in read) return read;
  if (!at.success || !inbox.update(at.data, { text: read.text, blocks: read.blocks }))
    return refuse('message_not_found');
  return { ok: true, channel: at.data.channel, ts: at.data.ts, text: read.text };
};

const lookupByEmail: Method = ({ args, isJson }, { workspace }) => {
  const email = args['email'];
  // The real method takes a form or a query only.
  if (isJson || typeof email !== 'string' || email === '') return refuse('invalid_arguments');
  const user = workspace.findByEmail(email);
  // Deactivated accounts are not found by their address.
  if (user === undefined || user.deleted) return refuse('users_not_found');
  return { ok: true, user: { id: user.id, team_id: 'T0LOCAL00', deleted: false, profile: { email } } };
};

const openConversation: Method = ({ args }, { workspace }) => {
  const users = args['users'];
  if (typeof users !== 'string' || users === '') return refuse('users_list_not_supplied');
  const room = workspace.open(users);
  return typeof room === 'string' ? refuse(room) : { ok: true, channel: { id: room.id } };
};

const authTest: Method = () => ({
  ok: true,
  url: 'https://local.slack.example/',
  team: 'Local',
  user: 'jobwarden',
  team_id: 'T0LOCAL00',
  user_id: 'U0JOBWARDEN',
  bot_id: 'B0JOBWARDEN',
});

/** The methods of the Web API that the stand-in knows, by name. */
export const methods: ReadonlyMap<string, Method> = new Map([
  ['auth.test', authTest],
  ['users.lookupByEmail', lookupByEmail],
  ['conversations.open', openConversation],
  ['chat.postMessage', postMessage],
  ['chat.update', update],
]);
