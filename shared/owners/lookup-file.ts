import type { Problem } from '../jobs/problem.ts';
import { addressOf } from './address.ts';

/** What a lookup file says: value of the label → address or team. Lines that are wrong are problems; the rest counts. */
export interface LookupFile {
  readonly entries: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** A lookup file has at most so many bytes, and so many of its problems are named. */
export const largestLookupBytes = 1024 * 1024;
const mostProblems = 20;

const headings: ReadonlySet<string> = new Set(['address', 'email', 'e-mail', 'mail', 'owner', 'team', 'principal']);

interface Wrong {
  readonly says: string;
  readonly try: string;
}

const form = 'Write value,address: the value of the label, a comma, and one address or a team of owners.teams.';
const wrongForm: Wrong = { says: 'There are not exactly two fields, separated by one comma.', try: form };
const wrongQuote: Wrong = {
  says: 'A quotation mark has no end, or text behind it.',
  try: 'Write "…", with "" for " inside.',
};

/** The fields of a line of CSV (RFC 4180, without line breaks inside a field); undefined where a quote has no end. */
function fieldsOf(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  const field = /\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/y;
  for (;;) {
    const found = field.exec(line);
    if (found === null) return undefined;
    const [, quoted, plain = '', end] = found;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
  }
}

interface Reading {
  readonly isTeam: (name: string) => boolean;
  readonly entries: Map<string, string>;
}

/** Notes what a line says, or gives what is wrong with it. */
function take(fields: readonly string[], { isTeam, entries }: Reading): Wrong | undefined {
  const [value = '', whom = ''] = fields;
  if (fields.length !== 2) return wrongForm;
  if (value === '' || whom === '') return { says: 'A field is empty.', try: form };
  if (!isTeam(whom) && addressOf(whom) === undefined) {
    return { says: `"${whom.slice(0, 100)}" is neither an address nor a team of owners.teams.`, try: form };
  }
  const known = entries.get(value);
  if (known !== undefined && known !== whom) {
    const says = `"${value.slice(0, 63)}" stands for ${known} already, further up.`;
    return { says, try: 'Name each value once: the first line counts.' };
  }
  entries.set(value, whom);
  return undefined;
}

function isHeading(fields: readonly string[], line: number): boolean {
  return line === 1 && fields.length === 2 && headings.has((fields[1] ?? '').toLowerCase());
}

function faultOf(text: string, number: number, reading: Reading): Wrong | undefined {
  const line = text.replace(/\r$/, '');
  if (line.trim() === '' || line.startsWith('#')) return undefined;
  const fields = fieldsOf(line);
  if (fields === undefined) return wrongQuote;
  return isHeading(fields, number) ? undefined : take(fields, reading);
}

function problemOf({ says, try: cure }: Wrong, file: string, line?: number): Problem {
  return {
    code: 'bad-lookup-line',
    severity: 'warning',
    where: file,
    file,
    ...(line !== undefined && { line, column: 1 }),
    says,
    try: cure,
  };
}

/**
 * Reads a lookup: CSV of two columns, the value of a label and an address or a team of the policy; a heading, blank lines
 * and lines that begin with # are left out. Never throws: a malformed line is a problem with its line, and the others count.
 */
export function readLookupFile(text: string, file: string, isTeam: (name: string) => boolean): LookupFile {
  const entries = new Map<string, string>();
  const problems: Problem[] = [];
  let unnamed = 0;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const wrong = faultOf(line, index + 1, { isTeam, entries });
    if (wrong === undefined) continue;
    if (problems.length < mostProblems) problems.push(problemOf(wrong, file, index + 1));
    else unnamed += 1;
  }
  if (unnamed > 0)
    problems.push(problemOf({ says: `${unnamed} more lines are wrong.`, try: 'Correct these first.' }, file));
  return { entries: Object.fromEntries(entries), problems };
}
