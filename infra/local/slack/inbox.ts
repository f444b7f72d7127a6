/** A message as the inbox shows it. `to` is a person's address or the name of a channel. */
export interface InboxMessage {
  readonly to: string;
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly ts: string;
  readonly thread_ts?: string;
  readonly metadata?: unknown;
  /** True once chat.update has changed it. */
  readonly edited?: true;
}

/** The messages of a workspace, oldest first. */
export interface Inbox {
  add(message: Omit<InboxMessage, 'ts'>): InboxMessage;
  update(at: { readonly channel: string; readonly ts: string }, change: Pick<InboxMessage, 'text' | 'blocks'>): boolean;
  list(): readonly InboxMessage[];
  /** Another text after every change, also from one inbox to the next. */
  version(): string;
  /** When the room got its last message, in epoch ms. */
  lastAtMs(channel: string): number | undefined;
}

const maxMessages = 10_000;

/** An empty inbox that keeps the last 10,000 messages. `now` gives epoch ms; time stamps are unique. */
export function createInbox(now: () => number): Inbox {
  let messages: InboxMessage[] = [];
  let posted = 0;
  let changes = 0;
  const begunAtMs = now();
  const lastAtMs = new Map<string, number>();
  return {
    add: (message) => {
      posted += 1;
      changes += 1;
      // Slack's own form: seconds and six digits, which are a counter here.
      const ts = `${Math.floor(now() / 1000)}.${String(posted).padStart(6, '0')}`;
      const added = { ...message, ts };
      messages = [...messages.slice(1 - maxMessages), added];
      if (lastAtMs.size >= maxMessages) lastAtMs.clear();
      lastAtMs.set(message.channel, now());
      return added;
    },
    update: (at, change) => {
      const index = messages.findIndex((one) => one.channel === at.channel && one.ts === at.ts);
      const known = messages[index];
      if (known === undefined) return false;
      changes += 1;
      messages[index] = { ...known, ...change, edited: true };
      return true;
    },
    list: () => messages,
    version: () => `${begunAtMs}.${changes}`,
    lastAtMs: (channel) => lastAtMs.get(channel),
  };
}
