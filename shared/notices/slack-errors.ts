import { ChannelError, type ChannelFailure } from './channel.ts';

// Slack's error codes (method pages of the Web API reference), sorted by what helps.
const transient: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);
const credential: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'org_login_required',
  'ekm_access_denied',
  'access_denied',
  'accesslimited',
  'enterprise_is_restricted',
  'team_access_not_granted',
]);

const words: ReadonlyMap<string, string> = new Map([
  ['users_not_found', 'no Slack user has this address'],
  ['user_not_found', 'no such Slack user'],
  ['user_disabled', 'the Slack account is deactivated'],
  ['cannot_dm_bot', 'bots cannot be written to'],
  ['messages_tab_disabled', 'the Slack app does not allow direct messages'],
  ['channel_not_found', 'the channel does not exist, or the app is not in it'],
  ['not_in_channel', 'the app is not in the channel'],
  ['is_archived', 'the channel is archived'],
  ['channel_is_archived', 'the channel is archived'],
  ['restricted_action', 'the workspace does not let the app post there'],
  ['invalid_auth', 'the token is not valid'],
  ['missing_scope', 'the token lacks a scope'],
  ['invalid_token', 'the webhook is not valid'],
  ['no_service', 'the webhook was removed'],
]);

/** What Slack refused to show although the target is fine: the blocks, not the message. */
export function isAboutBlocks(code: string): boolean {
  return code === 'invalid_blocks' || code === 'invalid_blocks_format' || code === 'msg_blocks_too_long';
}

/** The kind of failure that an error code of Slack stands for. */
export function kindOfCode(code: string): ChannelFailure {
  if (transient.has(code)) return 'transient';
  // A code that nobody has heard of is taken as the target's: the next receiver then hears of it at once.
  return credential.has(code) ? 'credential' : 'target';
}

/** An error code of Slack in words, with the code. */
export function reasonOf(code: string): string {
  const meaning = words.get(code);
  return meaning === undefined ? `Slack refuses with ${code}` : `${meaning} (${code})`;
}

/** The error for a code that Slack answered a method with. */
export function slackRefusal(method: string, code: string): ChannelError {
  // Codes are words; anything else in their place is not repeated, it might hold anything.
  const known = /^[a-z0-9_]{1,60}$/.test(code) ? code : 'an unreadable error code';
  return new ChannelError(`[slack] ${method}: ${known}`, { kind: kindOfCode(known), reason: reasonOf(known) });
}

/** The error for an HTTP status other than 200. `retryAfter` is the header: seconds (Slack rate limit documentation). */
export function slackStatus(method: string, status: number, retryAfter: string | null): ChannelError {
  const seconds = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  const says = status === 429 ? 'is rate limited' : `answered HTTP ${status}`;
  return new ChannelError(`[slack] ${method} ${says}`, {
    kind: 'transient',
    ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }),
  });
}
