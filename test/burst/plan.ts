import { createHash } from 'node:crypto';
import type { Notice, Receiver } from '../../shared/notices/notice.ts';
import { aNotice } from '../notices/make.ts';

// Synthetic: no such person, team, job or channel exists.

/** How large a burst is. */
export interface BurstSize {
  readonly notices: number;
  readonly owners: number;
  /** No place gets more notices than this. */
  readonly mostPerOwner: number;
}

/** One owner, where they are told, and who they are to the inbox that their messages arrive in. */
interface BurstOwner {
  readonly name: string;
  readonly receivers: readonly Receiver[];
  readonly arrivesAt: string;
}

/** All notices of a burst, in the order of publishing, with the place that each has to arrive at, once. */
export interface BurstPlan {
  readonly owners: readonly BurstOwner[];
  readonly notices: readonly { readonly notice: Notice; readonly owner: BurstOwner }[];
}

/** Whoever has no account in Slack is told in this room. */
const fallbackRoom = '#data-unowned';
/** The owner who has none. */
export const missing = 'owner-0@example.com';

const fallback: Receiver = { channel: 'slack', to: { channel: fallbackRoom } };

/** The first owner is not in Slack, the second is told by a workflow that is down; then people and teams by turns. */
function ownerAt(position: number): BurstOwner {
  const name = `owner-${position}@example.com`;
  if (position === 0) {
    const receivers = [{ channel: 'slack', to: { email: missing } }, fallback];
    return { name, receivers, arrivesAt: `slack ${fallbackRoom}` };
  }
  if (position === 1) return { name, receivers: [{ channel: 'teams', to: { channel: 'teams' } }], arrivesAt: 'teams' };
  if (position % 2 === 0)
    return { name, receivers: [{ channel: 'slack', to: { email: name } }, fallback], arrivesAt: `slack ${name}` };
  const room = `#team-${position}`;
  return { name, receivers: [{ channel: 'slack', to: { channel: room } }, fallback], arrivesAt: `slack ${room}` };
}

/** How many notices each owner gets: the first twentieth as many as a place may get, the others an even share of the rest. */
function shares({ notices, owners, mostPerOwner }: BurstSize): readonly number[] {
  const heavy = Math.max(2, Math.round(owners / 20));
  const rest = notices - heavy * mostPerOwner;
  const others = owners - heavy;
  const even = Math.floor(rest / others);
  const counts = Array.from({ length: owners }, (_, position) => {
    if (position < heavy) return mostPerOwner;
    return even + (position - heavy < rest - even * others ? 1 : 0);
  });
  if (counts.some((count) => count < 1 || count > mostPerOwner))
    throw new Error('[burst] such a burst cannot be shared out');
  return counts;
}

function mixed(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE();
}

/** A burst of this size. Pub/Sub promises no order: the notices come in one that is mixed, and the same in each run. */
export function planBurst(size: BurstSize): BurstPlan {
  const model = aNotice();
  const owners = Array.from({ length: size.owners }, (_, position) => ownerAt(position));
  const counts = shares(size);
  const atMs = Date.now();
  const notices = owners.flatMap((owner, position) =>
    Array.from({ length: counts[position] ?? 0 }, (_, number) => ({
      owner,
      notice: {
        ...model,
        id: `notice-burst-${position}-${number}`,
        atMs,
        receivers: owner.receivers,
        owner: { ...model.owner, name: owner.name, reach: { email: owner.name } },
      },
    })),
  );
  return { owners, notices: notices.toSorted((one, other) => mixed(one.notice.id) - mixed(other.notice.id)) };
}
