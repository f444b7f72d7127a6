import { didYouMean } from './closest.ts';
import type { Fault } from './fault.ts';
import { mostProblems, type Finding, type Path } from './lines.ts';
import { each, entriesOf, keysAt, placesAt, textsAt, textsIn, type Route, type Text } from './places.ts';
import { channelNames } from './notices.ts';
import { groupName } from './pattern.ts';

const mostExpressions = 500;

const isExpression = (text: string) => /^!?\//.test(text);

function expressionsIn(value: unknown): number {
  if (typeof value === 'string') return isExpression(value) ? 1 : 0;
  return entriesOf(value).reduce((sum, [key, entry]) => {
    const own = typeof key === 'string' && isExpression(key) ? 1 : 0;
    return sum + own + expressionsIn(entry);
  }, 0);
}

/** More expressions than can be compiled and kept in a short time; looked at before any of them is. */
export function tooManyExpressions(data: unknown): Finding[] {
  const count = expressionsIn(data);
  if (count <= mostExpressions) return [];
  const says = `The policy holds ${count} expressions, more than ${mostExpressions}.`;
  return [finding([], { code: 'too-many', says, try: 'Use globs, which cost nothing, or join expressions by "|".' })];
}

const ruleNames = (data: unknown) => placesAt(data, ['rules', each, 'name']).flatMap(textsIn);

const finding = (path: Path, fault: Fault, part: Finding['part'] = 'value'): Finding => ({ path, part, fault });

/** What names nothing that is known, at most one more than is shown. `nameIn`: the name in a text, if it is one. */
function missing(texts: readonly Text[], known: readonly string[], nameIn: (text: string) => string | undefined) {
  const names = new Set(known);
  const found: { path: Path; name: string }[] = [];
  for (const { path, text } of texts) {
    const name = nameIn(text);
    if (name !== undefined && !names.has(name)) found.push({ path, name });
    if (found.length > mostProblems) break;
  }
  return found;
}

/** Texts that stood before, each with the entry of the list in which it stood first. */
function repeated(texts: readonly Text[]): { path: Path; text: string; first: string }[] {
  const seen = new Map<string, string>();
  return texts.flatMap(({ path, text }) => {
    const first = seen.get(text);
    if (first === undefined) seen.set(text, `${path[0]}[${path[1]}]`);
    return first === undefined ? [] : [{ path, text, first }];
  });
}

function duplicateNames(data: unknown): Finding[] {
  return repeated(ruleNames(data)).map(({ path, text, first }) => {
    const says = `${first} is called ${text} as well.`;
    return finding(path, { code: 'duplicate-name', says, try: 'Give each rule its own name.' });
  });
}

function duplicateProjects(data: unknown): Finding[] {
  return repeated(textsAt(data, ['targets', each, 'projects', each])).map(({ path, text, first }) => {
    const says = `${first} names ${text} as well, perhaps in another mode.`;
    return finding(path, { code: 'duplicate-project', says, try: 'Name each project once.' });
  });
}

const nameRoutes: readonly Route[] = [
  ['rules', each, 'overrides', each],
  ['exemptions', each, 'rules', each],
];
const namePatternRoutes: readonly Route[] = [
  ['silences', each, 'match', 'rule'],
  ['silences', each, 'match', each, 'rule'],
  ['routes', each, 'match', 'rule'],
  ['routes', each, 'match', each, 'rule'],
];

const isPattern = (text: string) => /^!?[/@]|[*]/.test(text);

function unknownRules(data: unknown): Finding[] {
  const names = ruleNames(data).map(({ text }) => text);
  const words = namePatternRoutes.flatMap((route) => textsAt(data, route)).filter(({ text }) => !isPattern(text));
  const written = nameRoutes.flatMap((route) => textsAt(data, route)).concat(words);
  return missing(written, names, (text) => text.replace(/^!/, '')).map(({ path, name }) =>
    finding(path, { code: 'unknown-rule', says: `There is no rule called ${name}.`, try: didYouMean(name, names) }),
  );
}

function ownRules(data: unknown): Finding[] {
  return placesAt(data, ['rules', each]).flatMap(({ path, value }) => {
    const [own] = textsAt(value, ['name']);
    const fault: Fault = { code: 'own-rule', says: `${own?.text} overrides itself.`, try: 'Remove it from the list.' };
    const named = textsAt(value, ['overrides', each]).filter(({ text }) => text === own?.text);
    return named.map((item) => finding([...path, ...item.path], fault));
  });
}

const patternRoutes: readonly Route[] = [
  ['rules', each, 'match'],
  ['freezes', each, 'match'],
  ['exemptions', each, 'match'],
  ['routes', each, 'match'],
  ['silences', each, 'match'],
  ['protect', 'principals'],
  ['optOut', 'allowedFor'],
];

const ownerMaps = (data: unknown) =>
  ['principals', 'projects'].flatMap((kind) => placesAt(data, ['owners', kind, each]));

function unknownGroups(data: unknown): Finding[] {
  const groups = keysAt(data, 'groups');
  const values = patternRoutes.flatMap((route) => textsAt(data, route));
  const keys = ownerMaps(data).map(({ path }) => ({ path, text: String(path.at(-1)) }));
  const unknown = (texts: readonly Text[], part: Finding['part']) =>
    missing(texts, groups, groupName).map(({ path, name }) => {
      const tryThis = `${didYouMean(name, groups)} Groups are listed under groups.`;
      return finding(path, { code: 'unknown-group', says: `There is no group called ${name}.`, try: tryThis }, part);
    });
  return [...unknown(values, 'value'), ...unknown(keys, 'key')];
}

function groupMembers(data: unknown): Finding[] {
  const members = textsAt(data, ['groups', each, each]).filter(({ text }) => /^[!@]/.test(text));
  return members.map(({ path, text }) => {
    const says = `${text} cannot be a member of a group.`;
    return finding(path, {
      code: 'group-in-group',
      says,
      try: 'List plain patterns; negate or combine groups where they are used.',
    });
  });
}

function unknownTeams(data: unknown): Finding[] {
  const teams = keysAt(data, 'owners', 'teams');
  const named = ownerMaps(data).flatMap(textsIn);
  return missing(named, teams, (text) => text).map(({ path, name }) => {
    const tryThis = `${didYouMean(name, teams)} Teams are listed under owners.teams.`;
    return finding(path, { code: 'unknown-team', says: `There is no team called ${name}.`, try: tryThis });
  });
}

function channelOf(receiver: string): string | undefined {
  const [way] = receiver.split(':');
  return channelNames.find((name) => name === way);
}

function unknownChannels(data: unknown): Finding[] {
  const set = keysAt(data, 'channels').filter((name) => channelOf(name) !== undefined);
  return missing(textsAt(data, ['routes', each, 'to', each]), set, channelOf).map(({ path, name }) => {
    const tryThis = `Add ${name} under channels, or choose ${[...set, 'owner', 'operators'].join(', ')}.`;
    return finding(path, { code: 'unknown-channel', says: `The channel ${name} is not set up.`, try: tryThis });
  });
}

const narrowRoute: Fault = {
  code: 'last-route',
  says: 'The last route does not match every notice.',
  try: 'Add a last route without match, such as - to: [owner].',
};

function lastRoute(data: unknown): Finding[] {
  const last = placesAt(data, ['routes', each]).at(-1);
  const narrow = last === undefined ? [] : placesAt(last.value, ['match']);
  return narrow.map(({ path }) => finding([...(last?.path ?? []), ...path], narrowRoute));
}

const dayMs = 86_400_000;
const longestSilenceDays = 30;

function longSilences(data: unknown, nowMs: number): Finding[] {
  return textsAt(data, ['silences', each, 'until']).flatMap(({ path, text }) => {
    const days = Math.ceil((Date.parse(`${text}T00:00:00Z`) - nowMs) / dayMs);
    if (!(days > longestSilenceDays)) return [];
    const tryThis = `Write a day within the next ${longestSilenceDays} days.`;
    return [finding(path, { code: 'silence-too-long', says: `${text} is ${days} days ahead.`, try: tryThis })];
  });
}

const nobody: Fault = {
  code: 'nobody-told',
  says: 'The policy names no operators: nobody will hear of the breaker, or of what would have been done.',
  try: 'Add operators: { slack: "#data-cost" }.',
};

function nobodyTold(data: unknown): Finding[] {
  return placesAt(data, ['operators']).length > 0 ? [] : [{ ...finding([], nobody), severity: 'warning' }];
}

/** What cannot be seen in one place: names that nothing has, and things that are there twice. Works on any data. */
export function crossFindings(data: unknown, nowMs: number): Finding[] {
  const checks = [
    duplicateNames,
    duplicateProjects,
    unknownRules,
    ownRules,
    unknownGroups,
    groupMembers,
    unknownTeams,
    unknownChannels,
    lastRoute,
    nobodyTold,
  ];
  return [...checks.flatMap((check) => check(data)), ...longSilences(data, nowMs)];
}
