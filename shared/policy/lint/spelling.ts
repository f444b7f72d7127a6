import type { Path } from '../lines.ts';
import { isBigQueryOnly, jobBlocks, type Check, type JobBlock, type Sense, type Subject } from './subject.ts';
import { isPlain, membersOf } from './values.ts';

type Spelled = (value: string) => { readonly says: string; readonly try: string } | undefined;

/** BigQuery identities are addresses, or subjects such as `principal://…`. */
const principal: Spelled = (value) =>
  /[@:/]/.test(value)
    ? undefined
    : {
        says: `"${value}" is no identity: those of BigQuery are addresses.`,
        try: `Write the whole address, or "${value}@*".`,
      };

const multiRegions = new Set(['US', 'EU']);

/** `US` and `EU` are written in capitals, regions in small letters. */
const location: Spelled = (value) => {
  const upper = value.toUpperCase();
  const right = multiRegions.has(upper) ? upper : value.toLowerCase();
  if (right === value) return undefined;
  return {
    says: `"${value}" would never match: case counts, and the place is called ${right}.`,
    try: `Write ${right}.`,
  };
};

const labelForm = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Keys and values of labels have small letters, digits, _ and -, 63 at most (BigQuery's documentation of labels). */
const label: Spelled = (value) => {
  if (labelForm.test(value) || value === 'present' || value === 'absent') return undefined;
  const says = `"${value}" is no key or value that a label can have: small letters, digits, _ and -, 63 at most.`;
  return {
    says,
    try: `Write ${value
      .toLowerCase()
      .slice(0, 63)
      .replaceAll(/[^\p{Ll}\p{Lo}\p{N}_-]/gu, '-')}.`,
  };
};

function senses(values: readonly string[] | undefined, path: Path, spelled: Spelled, { policy }: Subject): Sense[] {
  return (values ?? []).flatMap((value, index) => {
    const members = membersOf(value, policy.groups);
    const wrong = members.map((member) => (isPlain(member) ? spelled(member) : undefined));
    const [first] = wrong;
    // A group is used in many places: one good member is reason enough to use it here.
    if (first === undefined || wrong.includes(undefined)) return [];
    return [{ code: 'matches-nothing', path: [...path, index], ...first }];
  });
}

function inBlock(subject: Subject, { block, path }: JobBlock): Sense[] {
  const labels = Object.entries(block.labels ?? {});
  const keys = labels.flatMap(([key]): Sense[] => {
    const wrong = label(key);
    return wrong === undefined
      ? []
      : [{ code: 'matches-nothing', path: [...path, 'labels', key], part: 'key', ...wrong }];
  });
  return [
    ...senses(block.principal, [...path, 'principal'], principal, subject),
    ...senses(block.location, [...path, 'location'], location, subject),
    ...keys,
    ...labels.flatMap(([key, values]) => senses(values, [...path, 'labels', key], label, subject)),
  ];
}

/** Values that are spelled as nothing in BigQuery is. */
export const spelling: Check = (subject) => [
  ...jobBlocks(subject)
    .filter(({ block }) => isBigQueryOnly(subject, block.engine))
    .flatMap((block) => inBlock(subject, block)),
  ...(isBigQueryOnly(subject, undefined)
    ? senses(subject.policy.protect.principals, ['protect', 'principals'], principal, subject)
    : []),
];
