import type { Path } from '../lines.ts';
import { channelNames } from '../notices.ts';
import { groupName } from '../pattern.ts';
import { writtenAt, type Check, type Sense } from './subject.ts';

interface Text {
  readonly path: Path;
  readonly text: string;
}

function texts(value: unknown, path: Path): Text[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    texts(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Every place where a group may be used. */
const patternKeys: readonly (readonly string[])[] = [
  ['protect', 'principals'],
  ['optOut', 'allowedFor'],
];
const matching = ['rules', 'freezes', 'exemptions', 'routes', 'silences'] as const;

function patternTexts(written: unknown): Text[] {
  const matches = matching.flatMap((kind) => {
    const entries = writtenAt(written, [kind]);
    return Array.isArray(entries)
      ? entries.flatMap((_, index) => texts(writtenAt(written, [kind, index, 'match']), [kind, index, 'match']))
      : [];
  });
  return [...matches, ...patternKeys.flatMap((path) => texts(writtenAt(written, path), path))];
}

const keysAt = (written: unknown, path: Path) => {
  const value = writtenAt(written, path);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

/** Groups that nothing uses, and words that were probably meant as groups. */
export const groups: Check = ({ policy, written }) => {
  const names = Object.keys(policy.groups);
  const used = patternTexts(written);
  const ownerKeys = ['principals', 'projects'].flatMap((kind) => keysAt(written, ['owners', kind]));
  const named = new Set([...used.map(({ text }) => text), ...ownerKeys].map(groupName));
  const forgotten = used.filter(({ path, text }) => !path.includes('rule') && names.includes(text.replace(/^!/, '')));
  const bare = forgotten.map(({ path, text }): Sense => {
    const meant = text.replace(/^!?/, (sign) => `${sign}@`);
    const says = `${text} is also the name of a group; without @ it is only a word.`;
    return { code: 'group-without-at', path, says, try: `Write "${meant}", in quotes.` };
  });
  const missed = new Set(forgotten.map(({ text }) => text.replace(/^!/, '')));
  const idle = names.filter((name) => !named.has(name) && !missed.has(name));
  return [
    ...bare,
    ...idle.map((name): Sense => {
      const says = `No pattern uses the group ${name}.`;
      return {
        code: 'group-unused',
        path: ['groups', name],
        part: 'key',
        says,
        try: `Use it as "@${name}", or remove it.`,
      };
    }),
  ];
};

/** Teams that no step of `owners` can find. */
export const teams: Check = ({ policy: { owners } }) => {
  // The value of a label or of a lookup may name any team.
  if (owners.labels.length > 0 || Object.keys(owners.lookups).length > 0) return [];
  const named = new Set([...owners.principals, ...owners.projects].map(({ team }) => team));
  return Object.keys(owners.teams)
    .filter((team) => !named.has(team))
    .map((team) => ({
      code: 'team-unused',
      path: ['owners', 'teams', team],
      part: 'key',
      says: `No step of owners can find the team ${team}.`,
      try: 'Name it under principals or projects, or let labels name teams.',
    }));
};

/** Slack and e-mail are used for owners and operators too, whatever the routes say. */
const always: ReadonlySet<string> = new Set(['slack', 'email', 'slackWebhook']);

/** Channels that no route uses. */
export const channels: Check = ({ policy }) => {
  const routed = new Set(
    policy.routes.flatMap(({ to }) => to.map((one) => (one.who === 'channel' ? one.channel : ''))),
  );
  return channelNames
    .filter((name) => policy.channels[name] !== undefined && !always.has(name) && !routed.has(name))
    .map((name) => ({
      code: 'channel-unused',
      path: ['channels', name],
      part: 'key',
      says: `No route sends anything to ${name}.`,
      try: `Add a route such as { match: { event: "breaker.*" }, to: [${name}], continue: true }, or remove it.`,
    }));
};
