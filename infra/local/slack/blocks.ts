import { z } from 'zod';

// Slack's documented limits (Block Kit reference). What is undocumented: a message whose blocks hold more than about
// 11,000 to 13,000 characters is refused with msg_blocks_too_long; the stand-in refuses from the lower number on.
const maxBlocks = 50;
const maxCharacters = 11_000;

const text = (max: number) => z.string().min(1).max(max);
const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(max), emoji: z.boolean().optional() });
const markdown = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: text(max), verbatim: z.boolean().optional() });
const textObject = (max: number) => z.union([plainText(max), markdown(max)]);
const blockId = { block_id: z.string().max(255).optional() };

const style = z.strictObject({
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  strike: z.boolean().optional(),
  code: z.boolean().optional(),
});
const leaf = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), style: style.optional() }),
  z.strictObject({
    type: z.literal('link'),
    url: z.url().max(3000),
    text: z.string().optional(),
    unsafe: z.boolean().optional(),
    style: style.optional(),
  }),
  z.strictObject({ type: z.literal('emoji'), name: z.string().min(1) }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1) }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']) }),
]);
const leaves = z.array(leaf).min(1);
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: leaves });
const richElement = z.discriminatedUnion('type', [
  section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(section).min(1),
    indent: z.number().int().optional(),
  }),
  z.strictObject({ type: z.literal('rich_text_preformatted'), elements: leaves, border: z.number().int().optional() }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: leaves, border: z.number().int().optional() }),
]);

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().max(255).optional(),
  url: z.url().max(3000).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150), ...blockId }),
  z.strictObject({ type: z.literal('divider'), ...blockId }),
  z.strictObject({
    type: z.literal('section'),
    text: textObject(3000).optional(),
    fields: z.array(textObject(2000)).min(1).max(10).optional(),
    ...blockId,
  }),
  z.strictObject({ type: z.literal('context'), elements: z.array(textObject(3000)).min(1).max(10), ...blockId }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25), ...blockId }),
  z.strictObject({ type: z.literal('rich_text'), elements: z.array(richElement).min(1), ...blockId }),
]);

/** A block as Slack would take it; nothing else is ever shown as one. */
export type SlackBlock = z.output<typeof block>;

/** The blocks of a message that was taken; none where they are not what Slack would take. */
export function readBlocks(blocks: readonly unknown[]): readonly SlackBlock[] {
  return z.array(block).safeParse(blocks).data ?? [];
}

/** A refusal as Slack words it: the error code, and messages with a pointer to the fault. */
export interface BlockFault {
  readonly error: 'invalid_blocks' | 'invalid_blocks_format' | 'msg_blocks_too_long';
  readonly messages: readonly string[];
}

/** All characters that a reader would see, and the addresses of links. */
function charactersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + charactersIn(inner), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, inner]: [string, unknown]) => {
    if (typeof inner === 'string') return sum + (key === 'text' || key === 'url' ? inner.length : 0);
    return sum + charactersIn(inner);
  }, 0);
}

/** What Slack would find wrong with the blocks of a message; undefined when it would take them. */
export function blockFault(blocks: unknown): BlockFault | undefined {
  if (!Array.isArray(blocks)) return { error: 'invalid_blocks_format', messages: ['[ERROR] blocks is not an array'] };
  const read = z.array(block).max(maxBlocks).safeParse(blocks);
  if (!read.success) {
    const messages = read.error.issues
      .slice(0, 10)
      .map((issue) => `[ERROR] ${issue.message} [json-pointer:/blocks/${issue.path.map(String).join('/')}]`);
    return { error: 'invalid_blocks', messages };
  }
  return charactersIn(blocks) > maxCharacters ? { error: 'msg_blocks_too_long', messages: [] } : undefined;
}
