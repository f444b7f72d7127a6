import type { Line, Span } from './command.ts';

/** A cell: plain, or in one piece with a meaning. */
export type Cell = string | Span;

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);
const widthOf = (text: string) => text.length;

function padded(cell: Cell, width: number): Cell {
  const text = textOf(cell) + ' '.repeat(Math.max(0, width - widthOf(textOf(cell))));
  return typeof cell === 'string' ? text : { ...cell, text };
}

function lineOf(row: readonly Cell[], widths: readonly number[]): Line {
  const last = row.findLastIndex((cell) => textOf(cell) !== '');
  return row
    .slice(0, last + 1)
    .flatMap((cell, index) => (index === last ? [cell] : [padded(cell, widths[index] ?? 0), '  ']));
}

/**
 * Rows under headings, with columns as wide as their widest cell, up to `widest` characters: what is wider than that
 * pushes its own row aside and cuts nothing.
 */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], widest = 60): readonly Line[] {
  const widths = headings.map((heading, column) => {
    // What ends its row needs no room beside it.
    const cells = rows.filter((row) => column < row.length - 1).map((row) => widthOf(textOf(row[column] ?? '')));
    return Math.max(widthOf(heading), ...cells.filter((width) => width <= widest));
  });
  const head = headings.map((heading): Cell => ({ text: heading, as: 'strong' }));
  return [head, ...rows].map((row) => lineOf(row, widths));
}
