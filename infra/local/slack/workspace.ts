import { createHash } from 'node:crypto';

/** A person of the workspace. */
interface SlackUser {
  readonly id: string;
  readonly email: string;
  readonly deleted: boolean;
}

/** Who and what is in the workspace. Left out: everybody at example.com, and every channel. */
export interface WorkspaceOptions {
  readonly users?: readonly { readonly email: string; readonly id?: string; readonly deleted?: boolean }[];
  /** Names with their `#`. */
  readonly channels?: readonly string[];
}

/** A place that messages go to: `to` is the person's address or the name of the channel. */
interface Room {
  readonly id: string;
  readonly to: string;
}

/** The directory of the workspace. Ids are made from names, so they are the same in every run. */
export interface Workspace {
  findByEmail(email: string): SlackUser | undefined;
  /** Opens the direct messages with a user that was found before, or says Slack's error code. */
  open(userId: string): Room | string;
  /** The room that `channel` of a call means, a name or an id; or Slack's error code. */
  roomOf(channel: string): Room | string;
}

const maxRooms = 50_000;

function idOf(kind: 'U' | 'C' | 'D', name: string): string {
  return `${kind}0${createHash('sha256').update(name).digest('hex').slice(0, 9).toUpperCase()}`;
}

function directory(options: WorkspaceOptions): (email: string) => SlackUser | undefined {
  const { users } = options;
  const known = new Map(users?.map((user) => [user.email, user]));
  return (email) => {
    const user = known.get(email);
    if (user === undefined && (users !== undefined || !/^[^@\s]+@example\.com$/.test(email))) return undefined;
    return { id: user?.id ?? idOf('U', email), email, deleted: user?.deleted === true };
  };
}

/** A workspace with these people and channels. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const find = directory(options);
  const users = new Map<string, SlackUser>();
  const rooms = new Map<string, Room>();
  const keep = <T>(map: Map<string, T>, id: string, value: T): T => {
    if (map.size >= maxRooms) map.clear();
    map.set(id, value);
    return value;
  };
  for (const { email } of options.users ?? []) {
    const user = find(email);
    if (user !== undefined) keep(users, user.id, user);
  }
  return {
    findByEmail: (email) => {
      const user = find(email);
      return user === undefined ? undefined : keep(users, user.id, user);
    },
    open: (userId) => {
      const user = users.get(userId);
      if (user === undefined) return 'user_not_found';
      if (user.deleted) return 'user_disabled';
      const id = idOf('D', user.email);
      return keep(rooms, id, { id, to: user.email });
    },
    roomOf: (channel) => {
      const room = rooms.get(channel);
      if (room !== undefined) return room;
      const to = `#${channel.replace(/^#/, '')}`;
      const isName = /^#[^\s#]{1,80}$/.test(to) && !/^[DU][A-Z0-9]{8,}$/.test(channel);
      if (!isName || options.channels?.includes(to) === false) return 'channel_not_found';
      const id = /^C[A-Z0-9]{8,}$/.test(channel) ? channel : idOf('C', to);
      return keep(rooms, id, { id, to });
    },
  };
}
