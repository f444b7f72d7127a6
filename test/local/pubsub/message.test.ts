import { describe, expect, it } from 'vitest';
import { createHistory } from '../../../infra/local/pubsub/history.ts';
import { bytesOf, checkMessage } from '../../../infra/local/pubsub/message.ts';
import type { NewMessage } from '../../../infra/local/pubsub/message.ts';

const attributes = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, 'x']));

function aMessage(more: Partial<NewMessage>): NewMessage {
  return { data: Buffer.from('x'), attributes: {}, orderingKey: '', ...more };
}

describe('a message to be published', () => {
  it.each([
    ['data only', { attributes: {} }],
    ['attributes only', { data: Buffer.alloc(0), attributes: { a: '' } }],
    ['10 MB', { data: Buffer.alloc(10_000_000) }],
    ['100 attributes', { attributes: attributes(100) }],
    ['the longest key and value', { attributes: { ['ü'.repeat(128)]: 'ü'.repeat(512) } }],
  ])('may have %s', (_, more) => {
    expect(() => checkMessage(aMessage(more))).not.toThrow();
  });

  it.each([
    ['nothing in it', { data: Buffer.alloc(0) }, /data or at least one attribute/],
    ['more than 10 MB', { data: Buffer.alloc(9_999_998), attributes: { ab: 'c' } }, /10000000 bytes at most/],
    ['more than 100 attributes', { attributes: attributes(101) }, /100 attributes at most, this one has 101/],
    ['an empty key', { attributes: { '': 'x' } }, /empty or starts with goog/],
    ['a key of Google', { attributes: { 'goog-x': 'x' } }, /"goog-x" is empty or starts with goog/],
    ['a key that is too long', { attributes: { ['ü'.repeat(129)]: 'x' } }, /longer than 256 bytes/],
    ['a value that is too long', { attributes: { a: 'ü'.repeat(513) } }, /"a" is longer than 1024 bytes/],
    ['an ordering key that is too long', { orderingKey: 'x'.repeat(1025) }, /ordering key may have 1024 bytes/],
  ])('may not have %s', (_, more, says) => {
    expect(() => checkMessage(aMessage(more))).toThrow(says);
  });

  it('weighs its data, attributes and ordering key in bytes', () => {
    expect(bytesOf(aMessage({ data: Buffer.from('four'), attributes: { ü: '€' }, orderingKey: 'k' }))).toBe(
      4 + 2 + 3 + 1,
    );
  });
});

describe('the history of a topic', () => {
  const sized = (id: string, bytes: number) => ({ ...aMessage({ data: Buffer.alloc(bytes) }), id, publishedAtMs: 0 });

  it('forgets the oldest beyond a number of messages', () => {
    const history = createHistory({ messages: 2, bytes: 1000 });
    for (const id of ['a', 'b', 'c']) history.add(sized(id, 1));
    expect(history.all().map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('forgets the oldest beyond a number of bytes, even the newest one', () => {
    const history = createHistory({ messages: 10, bytes: 100 });
    for (const [id, bytes] of [
      ['a', 50],
      ['b', 40],
      ['c', 30],
    ] as const)
      history.add(sized(id, bytes));
    expect(history.all().map(({ id }) => id)).toEqual(['b', 'c']);
    history.add(sized('huge', 101));
    expect(history.all()).toEqual([]);
    history.add(sized('d', 100));
    expect(history.all().map(({ id }) => id)).toEqual(['d']);
  });
});
