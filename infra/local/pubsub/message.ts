import { invalid } from './refusal.ts';

/** What a publisher hands over. */
export interface NewMessage {
  readonly data: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty when the message has none. */
  readonly orderingKey: string;
}

/** A message as a topic accepted it. */
export interface Message extends NewMessage {
  readonly id: string;
  readonly publishedAtMs: number;
}

const limits = { bytes: 10_000_000, attributes: 100, keyBytes: 256, valueBytes: 1024, orderingKeyBytes: 1024 } as const;

/** Refuses a message that Pub/Sub would refuse: empty, over 10 MB, too many or too long attributes (Pub/Sub quotas). */
export function checkMessage(message: NewMessage): void {
  const attributes = Object.entries(message.attributes);
  if (message.data.length === 0 && attributes.length === 0) {
    throw invalid('A message must have data or at least one attribute.');
  }
  if (bytesOf(message) > limits.bytes) throw invalid(`A message may have ${limits.bytes} bytes at most.`);
  if (attributes.length > limits.attributes) {
    throw invalid(`A message may have ${limits.attributes} attributes at most, this one has ${attributes.length}.`);
  }
  if (Buffer.byteLength(message.orderingKey) > limits.orderingKeyBytes) {
    throw invalid(`An ordering key may have ${limits.orderingKeyBytes} bytes at most.`);
  }
  for (const [key, value] of attributes) checkAttribute(key, value);
}

function checkAttribute(key: string, value: string): void {
  if (key === '' || key.startsWith('goog')) throw invalid(`The attribute key "${key}" is empty or starts with goog.`);
  if (Buffer.byteLength(key) > limits.keyBytes) {
    throw invalid(`The attribute key "${key.slice(0, 40)}..." is longer than ${limits.keyBytes} bytes.`);
  }
  if (Buffer.byteLength(value) > limits.valueBytes) {
    throw invalid(`The value of attribute "${key}" is longer than ${limits.valueBytes} bytes.`);
  }
}

/** Size of a message in bytes: data, ordering key, attribute keys and values. */
export function bytesOf(message: NewMessage): number {
  const texts = Object.entries(message.attributes).flat();
  return texts.reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    message.data.length + Buffer.byteLength(message.orderingKey),
  );
}
