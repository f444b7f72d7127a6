import type { ProblemCode } from './codes.ts';
import type { Finding, Span } from './lines.ts';

/** A policy file may not be larger. */
export const largestPolicyBytes = 256 * 1024;

const fileFinding = (code: ProblemCode, says: string, tryThis: string): Finding => ({
  path: [],
  part: 'value',
  fault: { code, says, try: tryThis },
});

const tooBig = fileFinding(
  'too-big',
  `The file is larger than ${largestPolicyBytes / 1024} KiB.`,
  'Use groups and lists in match instead of many alike rules, or split the policy over deployments.',
);
const notUtf8 = fileFinding(
  'not-utf8',
  'This is not valid UTF-8, or something before has already replaced bytes.',
  'Save the file as UTF-8.',
);
const byteOrderMark = fileFinding(
  'byte-order-mark',
  'The file begins with a byte order mark.',
  'Save it as UTF-8 without BOM.',
);

/** Control and format characters but tab and line breaks, and spaces that YAML does not take for spaces. */
const strange = /(?![\t\r])[\p{Cc}\p{Cf}\u00A0\u2028\u2029]/u;
const damaged = /\uFFFD|\p{Cs}/u;

function invisible(found: string): Finding {
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const says = `There is a character here that nobody can see (U+${code}); the line may not mean what it seems to.`;
  return fileFinding('invisible-character', says, code === '00A0' ? 'Type a plain space instead.' : 'Delete it.');
}

/** Whether a text is too big to be looked at any further. */
export function sizeFinding(text: string): Finding | undefined {
  const isTooBig = text.length > largestPolicyBytes || new TextEncoder().encode(text).length > largestPolicyBytes;
  return isTooBig ? tooBig : undefined;
}

/** Characters that do not belong into a policy: one finding a line at most, with where it stands. */
export function characterFindings(text: string): { finding: Finding; span: Span }[] {
  const found: { finding: Finding; span: Span }[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const broken = damaged.exec(line);
    const hidden = strange.exec(line);
    const first = start === 0 && line.startsWith('\uFEFF') ? byteOrderMark : undefined;
    if (broken !== null) found.push({ finding: notUtf8, span: at(start + broken.index) });
    else if (hidden !== null) found.push({ finding: first ?? invisible(hidden[0]), span: at(start + hidden.index) });
    start += line.length + 1;
  }
  return found;
}

const at = (start: number): Span => ({ start, end: start + 1 });

/** Bytes as text; bytes that are not UTF-8 become characters that the loader refuses with their line. */
export function decodePolicy(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
