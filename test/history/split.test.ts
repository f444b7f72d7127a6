import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitArray, splitLines, type Piece, type Splitter } from '../../shared/history/split.ts';

/** Cuts the text into parts at these places. */
function partsOf(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  return places.slice(1).map((place, index) => text.slice(places[index], place));
}

function pushed(splitter: Splitter, parts: readonly string[]): Piece[] {
  return [...parts.flatMap((part) => splitter.push(part)), ...splitter.end()];
}

const values = (pieces: readonly Piece[]) =>
  pieces.map((piece) => ('text' in piece ? JSON.parse(piece.text) : piece.fault));

const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue()));
const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('splitting a history', () => {
  it('finds the rows of a JSON array wherever its text is cut', () => {
    fc.assert(
      fc.property(rows, cuts, fc.constantFrom(undefined, 2), (rows, cuts, indent) => {
        const text = JSON.stringify(rows, undefined, indent);
        expect(values(pushed(splitArray(), partsOf(text, cuts)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds the rows of lines wherever their text is cut, with the lines they stand on', () => {
    fc.assert(
      fc.property(rows, cuts, (rows, cuts) => {
        const text = rows.map((row) => `${JSON.stringify(row)}\n\n`).join('');
        const pieces = pushed(splitLines(), partsOf(text, cuts));
        expect(values(pieces)).toEqual(rows.map((row) => JSON.parse(JSON.stringify(row))));
        expect(pieces.map(({ line }) => line)).toEqual(rows.map((_, index) => index * 2 + 1));
      }),
    );
  });

  it('says on which line the row of an array begins', () => {
    const pieces = pushed(splitArray(), ['[\n  {"a": "x\\"],"},\n', '  {"b":\n [1]}\n]\n']);
    expect(pieces.map(({ line }) => line)).toEqual([2, 3]);
  });

  it.each([
    ['the file ends before the array does', '[{"a": 1}, {"b"'],
    ['it stands behind the end of the array', '[{"a": 1}]', '{"b": 2}'],
  ])('says that %s', (fault, ...parts) => {
    expect(values(pushed(splitArray(), parts))).toEqual([{ a: 1 }, fault]);
  });
});
