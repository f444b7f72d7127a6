import { invalid } from './refusal.ts';

/** A word, a sign or the content of a quoted string, with where it starts in the filter (from 0). */
export interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

const shape = /\s*(?:"((?:[^"\\]|\\["\\])*)"|([\w-]+|[().,:=]))/uy;

/** Cuts a filter into tokens; strings may escape `"` and `\` only. A character that fits nowhere is INVALID_ARGUMENT. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  shape.lastIndex = 0;
  while (shape.lastIndex < end) {
    const from = shape.lastIndex;
    const found = shape.exec(text);
    if (found === null) throw noToken(text, from);
    tokens.push(tokenOf(found, shape.lastIndex));
  }
  return tokens;
}

function tokenOf([whole, string, word]: RegExpExecArray, end: number): Token {
  const at = end - whole.trimStart().length;
  if (string !== undefined) return { text: string.replaceAll(/\\(.)/g, '$1'), quoted: true, at };
  return { text: word ?? '', quoted: false, at };
}

function noToken(text: string, from: number): Error {
  const hint = text.slice(from).trimStart().startsWith('!=') ? ' Write NOT attributes.key = "value" instead.' : '';
  return invalid(`The filter ${JSON.stringify(text)} is not understood after character ${from}.${hint}`);
}
