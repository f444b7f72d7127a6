/** The text of one row and the line on which it begins, or why there is no such text. */
export type Piece =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly fault: string };

/** Cuts text that comes in parts into rows. `push` gives the rows that are complete, `end` what is left. */
export interface Splitter {
  push(text: string): Piece[];
  end(): Piece[];
}

/** No row is longer; beyond this its end is waited for and the row is left out. */
const mostChars = 32 * 1024 * 1024;
const tooLong = `it is longer than ${mostChars / 1024 ** 2} MiB`;

/** One row on each line; empty lines are nothing. */
export function splitLines(): Splitter {
  let rest = '';
  let line = 0;
  let skipping = false;
  const pieceOf = (text: string): Piece[] => {
    line += 1;
    if (skipping) {
      skipping = false;
      return [{ line, fault: tooLong }];
    }
    return text.trim() === '' ? [] : [{ line, text }];
  };
  return {
    push: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > mostChars) {
        skipping = true;
        rest = '';
      }
      return lines.flatMap(pieceOf);
    },
    end: () => pieceOf(rest),
  };
}

interface Walk {
  depth: number;
  inText: boolean;
  /** From where in the text that is kept the row begins, and where the walk is. */
  from: number;
  at: number;
  line: number;
  beganOn: number;
  over: boolean;
}

const code = { quote: 34, backslash: 92, comma: 44, newline: 10, open: [123, 91], close: [125, 93] } as const;

/** Walks to the end of the row that it is in; undefined where the text ends before. */
function rowEnd(walk: Walk, text: string): number | undefined {
  for (; walk.at < text.length; walk.at += 1) {
    const sign = text.charCodeAt(walk.at);
    if (sign === code.newline) walk.line += 1;
    else if (walk.inText) {
      // What follows a backslash may stand in the part that is still to come.
      if (sign === code.backslash) walk.at += 1;
      else if (sign === code.quote) walk.inText = false;
    } else if (sign === code.quote) walk.inText = true;
    else if (sign === code.open[0] || sign === code.open[1]) opened(walk);
    else if (sign === code.close[0] || sign === code.close[1]) {
      walk.depth -= 1;
      walk.over = walk.depth === 0;
      if (walk.over) return walk.at;
    } else if (sign === code.comma && walk.depth === 1) return walk.at;
  }
  return undefined;
}

function opened(walk: Walk): void {
  walk.depth += 1;
  if (walk.depth === 1) walk.from = walk.at + 1;
  if (walk.depth === 2) walk.beganOn = walk.line;
}

function rowsIn(walk: Walk, text: string): Piece[] {
  const pieces: Piece[] = [];
  for (let end = rowEnd(walk, text); end !== undefined; end = walk.over ? undefined : rowEnd(walk, text)) {
    const row = text.slice(walk.from, end);
    if (row.trim() !== '') pieces.push({ line: walk.beganOn, text: row });
    walk.from = end + 1;
    walk.at = end + 1;
  }
  return pieces;
}

/** The elements of one JSON array, without reading them: only texts and brackets are followed. */
export function splitArray(): Splitter {
  const walk: Walk = { depth: 0, inText: false, from: 0, at: 0, line: 1, beganOn: 1, over: false };
  let kept = '';
  const forget = (): Piece[] => {
    const isLong = kept.length - walk.from > mostChars;
    const cut = isLong ? kept.length : walk.from;
    kept = kept.slice(cut);
    walk.at -= cut;
    walk.from = 0;
    return isLong ? [{ line: walk.beganOn, fault: tooLong }] : [];
  };
  return {
    push: (text) => {
      if (walk.over)
        return text.trim() === '' ? [] : [{ line: walk.line, fault: 'it stands behind the end of the array' }];
      kept += text;
      return [...rowsIn(walk, kept), ...forget()];
    },
    end: () => (walk.over ? [] : [{ line: walk.line, fault: 'the file ends before the array does' }]),
  };
}
