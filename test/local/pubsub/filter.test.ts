import { status } from '@grpc/grpc-js';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../infra/local/pubsub/filter.ts';
import { Refusal } from '../../../infra/local/pubsub/refusal.ts';

const notice = { kind: 'notice', phase: 'cancelled', 'ce-id': 'a"b\\c' };

describe('a subscription filter', () => {
  it.each([
    ['attributes.kind = "notice"', true],
    ['attributes.kind="notice"', true],
    ['  attributes . kind  =  "notice"  ', true],
    ['attributes.kind = "Notice"', false],
    ['attributes.kind = "event"', false],
    ['attributes.Kind = "notice"', false],
    ['attributes.toString = "x"', false],
    ['attributes:kind', true],
    ['attributes:owner', false],
    ['attributes:constructor', false],
    ['attributes:"kind"', true],
    ['attributes."ce-id" = "a\\"b\\\\c"', true],
    ['attributes.ce-id = "a"', false],
    ['hasPrefix(attributes.phase, "cancel")', true],
    ['hasPrefix(attributes.phase, "ancel")', false],
    ['hasPrefix(attributes.owner, "")', false],
    ['NOT attributes:owner', true],
    ['NOT attributes:kind', false],
    ['attributes:kind AND attributes:phase', true],
    ['attributes:kind AND attributes:owner', false],
    ['attributes:kind AND NOT attributes:owner', true],
    ['attributes:owner OR attributes:phase', true],
    ['attributes:owner OR attributes:team OR attributes:kind', true],
    ['attributes:owner OR attributes:team', false],
    ['(attributes:owner OR attributes:kind) AND attributes:phase', true],
    ['attributes:owner AND (attributes:kind OR attributes:phase)', false],
    ['NOT (attributes:owner OR attributes:team)', true],
    ['((attributes:kind))', true],
    ['attributes.phase = "AND" OR attributes:kind', true],
  ])('%s → %s', (text, expected) => {
    expect(parseFilter(text)(notice)).toBe(expected);
  });

  it.each([
    ['', /found the end/],
    ['   ', /found the end/],
    ['attributes', /expected "\."/],
    ['attributes.kind', /expected "=", found the end/],
    ['attributes.kind = notice', /a string in double quotes, found "notice" at character 19/],
    ["attributes.kind = 'notice'", /not understood after character 17/],
    ['attributes.kind != "notice"', /Write NOT attributes\.key = "value" instead/],
    ['attributes.kind = "notice', /not understood/],
    ['attributes.kind = "a\\n"', /not understood/],
    ['attributes.kind = "a" "b"', /expected AND, OR or the end/],
    ['attributes.iana.org = "a"', /expected "="/],
    ['attributes:', /expected a key/],
    ['attributes:kind AND', /found the end/],
    ['attributes:kind and attributes:phase', /found "and"/],
    ['attributes:a AND attributes:b OR attributes:c', /parentheses/],
    ['attributes:a OR attributes:b AND attributes:c', /parentheses/],
    ['NOT NOT attributes:a', /found "NOT"/],
    ['(attributes:a', /expected "\)"/],
    ['attributes:a)', /AND, OR or the end, found "\)"/],
    ['hasPrefix(attributes.a)', /expected ","/],
    ['hasPrefix(attributes:a, "b")', /expected "\."/],
    ['hasSuffix(attributes.a, "b")', /found "hasSuffix"/],
    ['data = "x"', /found "data"/],
    ['message.attributes.kind = "notice"', /found "message"/],
    ['attributes.kind > "a"', /not understood/],
    [`attributes.kind = "${'x'.repeat(256)}"`, /longer than 256 bytes/],
  ])('refuses %s', (text, says) => {
    expect(() => parseFilter(text)).toThrow(says);
  });

  it('is either understood or refused as INVALID_ARGUMENT, whatever the text', () => {
    const words = [
      'attributes',
      '.',
      ':',
      '=',
      '"v"',
      'kind',
      'AND',
      'OR',
      'NOT',
      '(',
      ')',
      ',',
      'hasPrefix',
      '"',
      ' ',
    ];
    const joined = array(constantFrom(...words)).map((parts) => parts.join(' '));
    assert(
      property(oneof(string(), joined), (text) => {
        expect(outcomeOf(text)).toBeOneOf([true, false, status.INVALID_ARGUMENT]);
      }),
    );
  });
});

function outcomeOf(text: string): unknown {
  try {
    return parseFilter(text)(notice);
  } catch (error) {
    return error instanceof Refusal ? error.code : error;
  }
}
