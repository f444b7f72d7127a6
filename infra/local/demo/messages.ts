import { z } from 'zod';
import type { InboxMessage } from '../slack/inbox.ts';

const leaf = z.object({ text: z.string(), url: z.string().optional() });
const element = z.object({ type: z.string(), elements: z.array(leaf) });
const block = z.union([
  z.object({ type: z.literal('header'), text: z.object({ text: z.string() }) }),
  z.object({ type: z.literal('rich_text'), elements: z.array(element) }),
  z.object({ type: z.literal('context'), elements: z.array(z.object({ text: z.string() })) }),
]);

function linesOf(one: z.infer<typeof block>): readonly string[] {
  switch (one.type) {
    case 'header':
      return [one.text.text, ''];
    case 'context':
      return ['', ...one.elements.map(({ text }) => text)];
    case 'rich_text':
      return one.elements.flatMap(({ type, elements }) => {
        const text = elements.map((part) => part.text).join('');
        return text.split('\n').map((line) => (type === 'rich_text_preformatted' ? `  | ${line}` : line));
      });
  }
}

/** A Slack message as lines of text, in the order in which its reader sees them. */
export function readMessage(message: InboxMessage): readonly string[] {
  return message.blocks.flatMap((one) => linesOf(block.parse(one)));
}

/** Breaks a line at spaces so that no piece is longer than `width`. */
function wrap(line: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of line.split(' ')) {
    const longer = piece === '' ? word : `${piece} ${word}`;
    if (longer.length > width && piece !== '') {
      pieces.push(piece);
      piece = word;
    } else piece = longer;
  }
  return [...pieces, piece];
}

/** A message in a frame, with the person or channel that got it on the upper edge. */
export function framed(message: InboxMessage, width: number): readonly string[] {
  const inner = width - 4;
  const head = `─ Slack, to ${message.to} `;
  const lines = readMessage(message).flatMap((line) => wrap(line, inner));
  return [
    `┌${head}${'─'.repeat(Math.max(0, inner + 2 - head.length))}┐`,
    ...lines.map((line) => `│ ${line.padEnd(inner)} │`),
    `└${'─'.repeat(inner + 2)}┘`,
  ];
}
