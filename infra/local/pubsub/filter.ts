import { tokensOf } from './filter-tokens.ts';
import type { Token } from './filter-tokens.ts';
import { invalid } from './refusal.ts';

/** A subscription filter, understood: whether a message with these attributes is delivered. Case-sensitive throughout. */
export type Filter = (attributes: Attributes) => boolean;

type Attributes = Readonly<Record<string, string>>;
type Cursor = { readonly text: string; readonly tokens: readonly Token[]; at: number };

const maxFilterBytes = 256;

/**
 * Reads the part of the Pub/Sub filter language that the stand-in knows: `attributes.k = "v"`, `attributes:k`,
 * `hasPrefix(attributes.k, "v")`, NOT, AND, OR and parentheses. AND and OR together need parentheses, a filter has at
 * most 256 bytes (Pub/Sub documentation on filters). Anything else is refused with INVALID_ARGUMENT.
 */
export function parseFilter(text: string): Filter {
  if (Buffer.byteLength(text) > maxFilterBytes) throw invalid(`The filter is longer than ${maxFilterBytes} bytes.`);
  const cursor: Cursor = { text, tokens: tokensOf(text), at: 0 };
  const filter = expression(cursor);
  if (cursor.at < cursor.tokens.length) throw unexpected(cursor, 'AND, OR or the end');
  return filter;
}

function expression(cursor: Cursor): Filter {
  const first = term(cursor);
  const joiner = peek(cursor);
  if (joiner !== 'AND' && joiner !== 'OR') return first;
  const parts = [first];
  while (peek(cursor) === joiner) {
    cursor.at += 1;
    parts.push(term(cursor));
  }
  if (peek(cursor) === 'AND' || peek(cursor) === 'OR') throw unexpected(cursor, 'parentheses, since AND meets OR here');
  if (joiner === 'AND') return (attributes) => parts.every((part) => part(attributes));
  return (attributes) => parts.some((part) => part(attributes));
}

function term(cursor: Cursor): Filter {
  if (peek(cursor) !== 'NOT') return condition(cursor);
  cursor.at += 1;
  const inner = condition(cursor);
  return (attributes) => !inner(attributes);
}

function condition(cursor: Cursor): Filter {
  switch (peek(cursor)) {
    case '(':
      return group(cursor);
    case 'hasPrefix':
      return prefix(cursor);
    case 'attributes':
      return comparison(cursor);
    case undefined:
    default:
      throw unexpected(cursor, 'attributes, hasPrefix, NOT or "("');
  }
}

function group(cursor: Cursor): Filter {
  expect(cursor, '(');
  const inner = expression(cursor);
  expect(cursor, ')');
  return inner;
}

function prefix(cursor: Cursor): Filter {
  for (const word of ['hasPrefix', '(', 'attributes', '.']) expect(cursor, word);
  const key = attributeKey(cursor);
  expect(cursor, ',');
  const value = literal(cursor);
  expect(cursor, ')');
  return (attributes) => valueOf(attributes, key)?.startsWith(value) === true;
}

function comparison(cursor: Cursor): Filter {
  expect(cursor, 'attributes');
  if (peek(cursor) === ':') {
    cursor.at += 1;
    const wanted = attributeKey(cursor);
    return (attributes) => valueOf(attributes, wanted) !== undefined;
  }
  expect(cursor, '.');
  const key = attributeKey(cursor);
  expect(cursor, '=');
  const value = literal(cursor);
  return (attributes) => valueOf(attributes, key) === value;
}

function valueOf(attributes: Attributes, key: string): string | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

/** The word or sign under the cursor; a quoted string is never one, so that `"AND"` stays a value. */
function peek(cursor: Cursor): string | undefined {
  const token = cursor.tokens[cursor.at];
  return token?.quoted === false ? token.text : undefined;
}

function expect(cursor: Cursor, wanted: string): void {
  if (peek(cursor) !== wanted) throw unexpected(cursor, `"${wanted}"`);
  cursor.at += 1;
}

function attributeKey(cursor: Cursor): string {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || (!token.quoted && !/^[\w-]+$/.test(token.text))) throw unexpected(cursor, 'a key');
  cursor.at += 1;
  return token.text;
}

function literal(cursor: Cursor): string {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || !token.quoted) throw unexpected(cursor, 'a string in double quotes');
  cursor.at += 1;
  return token.text;
}

function unexpected(cursor: Cursor, wanted: string): Error {
  const token = cursor.tokens[cursor.at];
  const found = token === undefined ? 'the end' : `"${token.text}" at character ${token.at + 1}`;
  return invalid(`The filter ${JSON.stringify(cursor.text)} is not understood: expected ${wanted}, found ${found}.`);
}
