import { ChannelError, type Channel } from '../../shared/notices/channel.ts';
import { at, type Faults } from './faults.ts';
import type { Instance } from './instance.ts';

/** A message as it arrived at somebody. */
interface Arrived {
  readonly noticeId: string;
  readonly to: string;
}

/** Everybody who can be reached: a channel for each instance, and what arrived in all of them. */
export interface People {
  channel(instance: Instance): Channel;
  readonly arrived: readonly Arrived[];
  /** Messages of these notices may have arrived twice, because an answer was lost. */
  readonly doubtful: ReadonlySet<string>;
  /** For long runs: forgets what arrived so far. */
  forget(): void;
}

/** People on Slack; whoever has `gone` in the name cannot be reached. */
export function somePeople(faults: Faults): People {
  const arrived: Arrived[] = [];
  const doubtful = new Set<string>();
  const send = (noticeId: string, to: string) => {
    const how = to.includes('gone') ? 'nobody there' : faults.next(at('slack'));
    if (how === 'later') throw new ChannelError('[slack] 429', { kind: 'transient', retryAfterMs: 30_000 });
    if (how === 'nobody there')
      throw new ChannelError('[slack] users_not_found', { kind: 'target', reason: 'not there' });
    if (how === 'no access') throw new ChannelError('[slack] invalid_auth', { kind: 'credential' });
    arrived.push({ noticeId, to });
    if (how !== 'lost answer') return { room: to, id: String(arrived.length) };
    doubtful.add(noticeId);
    throw new ChannelError('[slack] no answer', { kind: 'transient' });
  };
  return {
    arrived,
    doubtful,
    channel: (instance) => ({
      name: 'slack',
      send: (_, to, { noticeId }) => {
        const name = 'email' in to ? to.email : to.channel;
        return instance.around(`send to ${name}`, async () => send(noticeId, name));
      },
    }),
    forget: () => {
      arrived.length = 0;
      doubtful.clear();
    },
  };
}
