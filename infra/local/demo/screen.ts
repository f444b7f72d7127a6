import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** What a demo writes to: lines that stay, and on a terminal a board below them that is drawn anew. */
export interface Screen {
  /** Whether the board is shown; without it, lines alone tell the story. */
  readonly live: boolean;
  readonly width: number;
  line(text: string): void;
  /** Draws the board below the lines; does nothing where there is no terminal. */
  board(lines: readonly string[]): void;
  paint(style: Style, text: string): string;
}

/** Text cut to so many columns, with an ellipsis where something is missing. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1)).toWellFormed()}…`;
}

/** Writes to a stream; colours only where it is a terminal and NO_COLOR does not forbid them. */
export function screenOn(stream: NodeJS.WriteStream): Screen {
  const live = stream.isTTY && process.env['TERM'] !== 'dumb';
  let drawn = 0;
  const erase = () => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    live,
    // A terminal that does not know its size says 0.
    width: Math.min(stream.columns > 0 ? stream.columns : 100, 120),
    line: (text) => {
      erase();
      stream.write(`${text}\n`);
    },
    board: (lines) => {
      if (!live) return;
      erase();
      stream.write(lines.map((line) => `${line}\n`).join(''));
      drawn = lines.length;
    },
    paint: (style, text) => styleText(style, text, { stream }),
  };
}
