import type { Line, Span } from './command.ts';

const styles: Readonly<Record<Span['as'], string>> = { good: '32', bad: '31', caution: '33', quiet: '2', strong: '1' };

/** Control characters but tab, and signs that turn the direction of text: in a terminal they may do anything. */
const unsafe = /(?!\t)\p{Cc}|[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\uFEFF]/gu;

/** The text with everything that a terminal might act on shown as a replacement character. */
export function harmless(text: string): string {
  return text.replaceAll(unsafe, '\uFFFD');
}

/** A line as it is written to a terminal, in colours or plain. */
export function paint(line: Line, colors: boolean): string {
  if (typeof line === 'string') return harmless(line);
  return line
    .map((part) => {
      if (typeof part === 'string') return harmless(part);
      return colors ? `\u001B[${styles[part.as]}m${harmless(part.text)}\u001B[0m` : harmless(part.text);
    })
    .join('');
}
