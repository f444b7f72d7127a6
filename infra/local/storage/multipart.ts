import { invalid } from './errors.ts';

/** A part of a multipart body: its headers in small letters, and its bytes. */
export interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** Splits a multipart/related body at the boundary that its content type names (RFC 2046 §5.1); 400 when it cannot be. */
export function partsOf(body: Buffer, contentType: string): readonly Part[] {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid('Missing boundary in the content type of a multipart body.');
  const mark = Buffer.from(`--${boundary.replace(/^'(.*)'$/, '$1')}`);
  const ends = positions(body, mark);
  if (ends.length < 2) throw invalid('Missing end boundary in multipart body.');
  const lineBreak = body.indexOf('\r\n') === body.indexOf('\n') - 1 ? 2 : 1;
  return ends.slice(0, -1).map((start, index) => {
    const end = Math.max(start + mark.length, (ends[index + 1] ?? body.length) - lineBreak);
    return partIn(body.subarray(start + mark.length, end));
  });
}

/** Where the mark stands at the beginning of a line. */
function positions(body: Buffer, mark: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
    if (at === 0 || body[at - 1] === 0x0a) found.push(at);
  }
  return found;
}

/** A part begins after its boundary's line, and ends before the line break of the next one. */
function partIn(bytes: Buffer): Part {
  const content = bytes.subarray(bytes.indexOf('\n') + 1);
  const empty = /^\r?\n/.exec(content.subarray(0, 2).toString('latin1'));
  if (empty) return { headers: new Map(), bytes: content.subarray(empty[0].length) };
  const gap = /\r?\n\r?\n/.exec(content.subarray(0, 16_384).toString('latin1'));
  if (!gap) throw invalid('A part of the multipart body has no end of its headers.');
  const lines = content.subarray(0, gap.index).toString('utf8').split(/\r?\n/);
  const headers = lines.map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter((match) => match !== null);
  return {
    headers: new Map(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()])),
    bytes: content.subarray(gap.index + gap[0].length),
  };
}
