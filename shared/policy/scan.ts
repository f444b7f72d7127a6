import { CST, Lexer, Parser } from 'yaml';
import type { ProblemCode } from './codes.ts';
import { mostProblems, type Finding, type Span } from './lines.ts';

/** Something that stands in the text and not yet in its data. */
export interface Mark {
  readonly finding: Finding;
  readonly span: Span;
}

/** What a first look at the tokens tells, of marks no more than are shown. `stop`: the text must not be composed at all. */
export interface Scan {
  readonly marks: readonly Mark[];
  readonly stop: boolean;
}

const deepest = 32;
/** The document itself and the scalar at the top also stand on the parser's stack. */
const stackLimit = deepest + 2;

const mark = (span: Span, code: ProblemCode, says: string, tryThis: string): Mark => ({
  finding: { path: [], part: 'value', fault: { code, says, try: tryThis } },
  span,
});

const signs: Readonly<Record<string, string>> = {
  tag: 'a YAML tag',
  anchor: 'a YAML anchor',
  alias: 'a YAML alias',
  reserved: 'a sign that YAML reserves',
};

/** The mark for a word that begins with a sign and is not quoted. */
export function unquoted(text: string, start: number, sign: 'tag' | 'anchor' | 'alias' | 'reserved'): Mark {
  const [word = ''] = /^[^\s,[\]{}]+/.exec(text.slice(start, start + 200)) ?? [];
  const shown = word.replaceAll('"', '');
  const says = `${shown} is not quoted, so YAML reads ${shown[0]} as ${signs[sign]} and not as text.`;
  const tryThis = `Put it in quotes: "${shown}". Tags, anchors and aliases are not used in policies.`;
  return mark({ start, end: start + word.length }, 'quote-it', says, tryThis);
}

function lookAt(text: string, token: string, start: number): Mark | undefined {
  const type = CST.tokenType(token);
  if (type === 'tag' || type === 'anchor' || type === 'alias') return unquoted(text, start, type);
  if (type !== 'directive-line') return undefined;
  const says = 'A line that begins with % is an instruction to the YAML reader.';
  return mark({ start, end: start + token.length }, 'directive', says, 'Remove it; policies are YAML 1.2.');
}

/**
 * Reads the tokens once, without recursion and in linear time: how deep the text nests, and the tags, anchors, aliases
 * and directives in it. The lexer is the one that the text is composed with, so that nothing is seen differently later.
 */
export function scanTokens(text: string): Scan {
  const parser = new Parser();
  const marks: Mark[] = [];
  for (const token of new Lexer().lex(text)) {
    const start = parser.offset;
    const found = lookAt(text, token, start);
    if (found !== undefined) marks.push(found);
    // No more are shown, and a text made of nothing else would take a lot of memory to be composed.
    if (marks.length > mostProblems) return { marks, stop: true };
    for (const _ of parser.next(token)) void _;
    if (parser.stack.length <= stackLimit) continue;
    const says = `Something is nested more than ${deepest} levels deep here.`;
    marks.push(
      mark(
        { start, end: start + token.length },
        'too-deep',
        says,
        'A policy needs no more than ten levels; look for a bracket too many.',
      ),
    );
    return { marks, stop: true };
  }
  return { marks, stop: marks.some(({ finding }) => finding.fault.code === 'directive') };
}
