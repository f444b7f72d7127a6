import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChannelError, type Channel } from '../../shared/notices/channel.ts';
import type { Message } from '../../shared/notices/message.ts';
import type { Address } from '../../shared/notices/notice.ts';

// Synthetic: no such person, job or channel exists.

/** What the far side does to the next call that carries a message. */
export type ChannelTrouble =
  | 'rate-limited for 7 s'
  | 'server error'
  | 'hang'
  | 'target impossible'
  | 'credential refused'
  | 'malformed answer';

/** A channel with its far side under control. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  readonly to: Address;
  /** A secret of the channel, which must never show. */
  readonly secret: string;
  /** False where the far side has no way to say when to try again. */
  readonly saysWhen?: false;
  trouble(kind: ChannelTrouble): void;
  /** The texts that arrived, each with its title somewhere in it. */
  received(): readonly string[];
  close(): Promise<void>;
}

export const message: Message = {
  title: 'Your BigQuery job was cancelled',
  lead: ['A line above.'],
  jobs: [
    {
      heading: 'job-1 (analytics-prod, EU)',
      facts: [{ label: 'Why', text: 'It has run for 31 min, over the limit of 30 min (rule long-queries).' }],
      query: 'SELECT private_words FROM t',
      link: { text: 'Open the job in the console', url: 'https://console.cloud.google.com/bigquery' },
    },
  ],
  closing: ['Questions: ask in #data-help.'],
  links: [{ text: 'Ask for an exemption', url: 'https://example.com/ask' }],
  small: 'Owner: you, found by domain example.com.',
};

/** What every channel promises. `start` makes one whose calls time out after at most half a second. */
export function channelContract(name: string, start: () => Promise<ChannelUnderTest>): void {
  describe(`${name} keeps the promises of a channel`, () => {
    let under: ChannelUnderTest;
    const send = (signal?: AbortSignal) =>
      under.channel.send(message, under.to, { noticeId: 'notice-1', ...(signal === undefined ? {} : { signal }) });
    const failure = async (): Promise<ChannelError> => {
      const error = await send().catch((caught: unknown) => caught);
      if (error instanceof ChannelError) return error;
      throw new Error('no ChannelError was thrown', { cause: error });
    };

    beforeEach(async () => {
      under = await start();
    });
    afterEach(async () => {
      await under.close();
    });

    test('delivers a message once, and says where it stands', async () => {
      const sent = await send();
      expect(sent.room).not.toBe('');
      expect(sent.id).not.toBe('');
      expect(under.received()).toHaveLength(1);
      expect(under.received()[0]).toContain(message.title);
      expect(under.received()[0]).toContain('over the limit of 30 min');
    });

    test.each<[ChannelTrouble, ChannelError['kind']]>([
      ['rate-limited for 7 s', 'transient'],
      ['server error', 'transient'],
      ['hang', 'transient'],
      ['malformed answer', 'transient'],
      ['target impossible', 'target'],
      ['credential refused', 'credential'],
    ])('%s is a failure of kind %s', async (trouble, kind) => {
      under.trouble(trouble);
      const error = await failure();
      expect(error.kind).toBe(kind);
      expect(error.message).toMatch(new RegExp(`^\\[${under.channel.name}\\] `));
      expect(error.reason).not.toBe('');
    });

    test('says when to try again', async () => {
      under.trouble('rate-limited for 7 s');
      expect((await failure()).retryAfterMs).toBe(under.saysWhen === false ? undefined : 7000);
    });

    test.each<ChannelTrouble>(['rate-limited for 7 s', 'server error', 'target impossible', 'credential refused'])(
      'makes one attempt only: nothing arrives after %s, and the next attempt does',
      async (trouble) => {
        under.trouble(trouble);
        await failure();
        expect(under.received()).toEqual([]);
        await send();
        expect(under.received()).toHaveLength(1);
      },
    );

    test('ends at once when it is told to', async () => {
      under.trouble('hang');
      const error = await send(AbortSignal.abort()).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ kind: 'transient' });
    });

    test.each<ChannelTrouble>(['server error', 'hang', 'target impossible', 'credential refused', 'malformed answer'])(
      'tells neither its secret nor the message when it fails: %s',
      async (trouble) => {
        under.trouble(trouble);
        const error = await failure();
        const said = [error, error.cause].map((one) =>
          one instanceof Error ? `${one.stack} ${JSON.stringify(one)}` : '',
        );
        expect(said.join()).not.toContain(under.secret);
        expect(said.join()).not.toContain('private_words');
      },
    );
  });
}
