import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, didYouMean, distance } from '../../shared/policy/closest.ts';

describe('distance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['limit', 'limits', 1],
    ['limit', 'limti', 1],
    ['lables', 'labels', 1],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abcd', 'badc', 2],
  ])('from %j to %j is %d', (a, b, far) => {
    expect(distance(a, b)).toBe(far);
    expect(distance(b, a)).toBe(far);
  });

  it('is 0 for equal words only, and never more than the longer word has letters', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const far = distance(a, b);
        return (far === 0) === (a === b) && far <= Math.max(a.length, b.length);
      }),
    );
  });
});

describe('closest', () => {
  it.each([
    ['exemption', ['exemptions', 'freezes'], 'exemptions'],
    ['service-account', ['person', 'serviceAccount'], 'serviceAccount'],
    ['Enforce', ['observe', 'enforce'], 'enforce'],
    ['budgte', ['budget', 'breaker'], 'budget'],
    ['killAfter', ['name', 'match', 'limit'], undefined],
    ['x', ['observe', 'enforce'], undefined],
    ['a'.repeat(100_000), ['observe'], undefined],
    ['anything', [], undefined],
  ])('for %.20s of %j is %s', (word, known, meant) => {
    expect(closest(word, known)).toBe(meant);
  });
});

describe('didYouMean', () => {
  it('knows the words of other tools', () => {
    expect(didYouMean('kill', ['record', 'warn', 'cancel'])).toBe('Did you mean cancel?');
    expect(didYouMean('kill', ['observe', 'enforce'])).toBe('Known here: observe, enforce.');
  });

  it('lists what there is where nothing is near, twenty at most', () => {
    const many = Array.from({ length: 23 }, (_, index) => `team-number-${index}`);
    expect(didYouMean('zzz', many)).toMatch(/^Known here: team-number-0, .*team-number-19 and 3 more\.$/);
    expect(didYouMean('zzz', [])).toBe('There is none to choose from yet.');
  });
});
