import type { Fault } from './fault.ts';
import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Node, type YAMLError, type YAMLMap } from 'yaml';
import type { Finding, Path, Span } from './lines.ts';
import { unquoted, type Mark } from './scan.ts';
import { looksSecret } from './secrets.ts';

/** What YAML holds: plain data, where each thing stands, and what is wrong with the YAML itself. */
export interface Yaml {
  readonly data: unknown;
  readonly marks: readonly Mark[];
  /** True when the text could not be understood, so that its data means nothing. */
  readonly broken: boolean;
  /** Where a path stands in the text; the nearest that exists where it does not. */
  readonly locate: (path: Path, part: 'key' | 'value') => Span;
}

const options = {
  version: '1.2',
  schema: 'core',
  strict: true,
  stringKeys: true,
  merge: false,
  prettyErrors: false,
  // Compares every key with every other: quadratic. The walk below finds duplicates in one pass.
  uniqueKeys: false,
} as const;

const advice: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_INDENT: 'Give entries that belong together the same number of spaces, and close every bracket.',
  MISSING_CHAR: 'Close the quote or the bracket that was opened here.',
  BLOCK_AS_IMPLICIT_KEY: 'One "key: value" a line; put text with a colon and a space in quotes.',
  MULTILINE_IMPLICIT_KEY: 'Is there a colon missing after the key? A space must follow it.',
  UNEXPECTED_TOKEN: 'Put text in quotes when it holds quotes, brackets or commas; close every bracket once.',
  BAD_DQ_ESCAPE: 'Use single quotes around text with backslashes.',
};

function adviceOn(code: string, message: string): string {
  if (message.startsWith('Implicit map key')) return advice['MULTILINE_IMPLICIT_KEY'] ?? '';
  if (message.startsWith('Sequence item')) return advice['BAD_INDENT'] ?? '';
  return advice[code] ?? 'Correct the line; the mistake may be in the one before.';
}

function syntaxMark({ code, message, pos }: YAMLError, text: string): Mark | undefined {
  if (code === 'NON_STRING_KEY') return undefined;
  if (code === 'BAD_SCALAR_START') return unquoted(text, pos[0], 'reserved');
  const secondDocument = code === 'MULTIPLE_DOCS';
  const fault: Fault = secondDocument
    ? {
        code: 'second-document',
        says: 'A second document begins here; it would be ignored.',
        try: 'Remove the line ---, or keep one policy a file.',
      }
    : {
        code: 'yaml-syntax',
        says: `This is not YAML: ${message}.`,
        try: adviceOn(code, message),
      };
  // What is never closed is only noticed at the end: the last thing written is the better place to look.
  const start = Math.min(pos[0], Math.max(0, text.trimEnd().length - 1));
  return { finding: { path: [], part: 'value', fault }, span: { start, end: Math.max(pos[1], start + 1) } };
}

const spanOf = (node: unknown): Span | undefined =>
  isNode(node) && node.range ? { start: node.range[0], end: node.range[1] } : undefined;

const pairOf = (map: YAMLMap, key: string) => map.items.find((item) => isScalar(item.key) && item.key.value === key);

function locateIn(root: unknown, path: Path, part: 'key' | 'value'): Span {
  let node = root;
  let span = spanOf(root) ?? { start: 0, end: 0 };
  for (const [index, step] of path.entries()) {
    const pair = isMap(node) && typeof step === 'string' ? pairOf(node, step) : undefined;
    const next = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.value;
    if (next === undefined && pair === undefined) return span;
    const keySpan = spanOf(pair?.key);
    const wantsKey = part === 'key' && index === path.length - 1;
    span = (wantsKey ? keySpan : nonEmpty(spanOf(next))) ?? keySpan ?? span;
    node = next;
  }
  return span;
}

const nonEmpty = (span: Span | undefined) => (span !== undefined && span.end > span.start ? span : undefined);

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

function keyFault(key: string, isSecond: boolean): Fault | undefined {
  if (forbidden.has(key))
    return { code: 'forbidden-key', says: `${key} is not a name that a policy may use.`, try: 'Choose another name.' };
  if (key === '<<')
    return { code: 'merge-key', says: 'Entries cannot be merged into each other.', try: 'Write the keys out.' };
  if (looksSecret(key)) return secretFault;
  if (!isSecond) return undefined;
  return {
    code: 'duplicate-key',
    says: `${key} stands here a second time; only one of them could count.`,
    try: 'Keep one of them.',
  };
}

const secretFault: Fault = {
  code: 'secret-in-policy',
  says: 'This looks like a secret; a policy is read by many people and kept in history.',
  try: 'Put it into an environment variable and name the variable under channels. Then replace the secret: it has been seen.',
};

type Found = (finding: Finding, span: Span | undefined) => void;

function mapData(map: YAMLMap, path: Path, found: Found): Record<string, unknown> {
  const data: Record<string, unknown> = Object.create(null);
  for (const { key, value } of map.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
    if (name === undefined) {
      const fault: Fault = {
        code: 'key-not-text',
        says: 'A key must be plain text.',
        try: 'Write one word before the colon.',
      };
      found({ path, part: 'value', fault }, spanOf(key));
      continue;
    }
    const fault = keyFault(name, Object.hasOwn(data, name));
    if (fault !== undefined) found({ path: [...path, name], part: 'key', fault }, spanOf(key));
    if (!forbidden.has(name)) data[name] = dataOf(value, [...path, name], found);
  }
  return data;
}

/** The text that an unquoted sign was probably meant to be, so that everything after it can still be judged. */
function meantText(node: Node): string | undefined {
  if (isAlias(node)) return `*${node.source}`;
  if (!isScalar(node) || (node.value !== null && node.value !== '')) return undefined;
  return node.tag ?? (node.anchor === undefined ? undefined : `&${node.anchor}`);
}

function dataOf(node: unknown, path: Path, found: Found): unknown {
  if (isMap(node)) return mapData(node, path, found);
  if (isSeq(node)) return node.items.map((item, index) => dataOf(item, [...path, index], found));
  if (!isNode(node)) return null;
  const value = meantText(node) ?? (isScalar(node) ? node.value : null);
  if (typeof value === 'string' && looksSecret(value)) found({ path, part: 'value', fault: secretFault }, spanOf(node));
  return value;
}

/** Composes text that was scanned before. Never throws: what the reader chokes on is a mark. */
export function readYaml(text: string): Yaml {
  const document = parseDocument(text, { ...options });
  const marks = document.errors.map((error) => syntaxMark(error, text)).filter((mark) => mark !== undefined);
  const broken = marks.some(({ finding }) => finding.fault.code === 'yaml-syntax');
  const found: Found = (finding, span = { start: 0, end: 0 }) => marks.push({ finding, span });
  const data = dataOf(document.contents, [], found);
  return { data, marks, broken, locate: (path, part) => locateIn(document.contents, path, part) };
}
