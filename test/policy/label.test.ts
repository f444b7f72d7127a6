import { describe, expect, it } from 'vitest';
import { compileLabel } from '../../shared/policy/label.ts';

type Labels = Readonly<Record<string, string>> | undefined;

const unknown = undefined;
/** Longer than any value that is looked at. */
const huge = 'd'.repeat(64 * 1024 + 1);

describe('a label', () => {
  it.each<[string, readonly string[], Labels, boolean | undefined]>([
    ['takes its value', ['prod'], { env: 'prod' }, true],
    ['takes a pattern', ['pr*'], { env: 'prod' }, true],
    ['refuses another value', ['prod'], { env: 'dev' }, false],
    ['refuses a job known to have no such label', ['prod'], {}, false],
    ['does not know it when the labels are unknown', ['prod'], unknown, unknown],
    ['that must be present takes any value', ['present'], { env: '' }, true],
    ['that must be present refuses a job without it', ['present'], { team: 'a' }, false],
    ['that must be present is unknown when the labels are', ['present'], unknown, unknown],
    ['that must be absent takes a job without it', ['absent'], {}, true],
    ['that must be absent refuses any value', ['absent'], { env: 'dev' }, false],
    ['that must be absent is unknown when the labels are', ['absent'], unknown, unknown],
    ['negated, takes another value', ['!prod'], { env: 'dev' }, true],
    ['negated, takes a job known to have no such label', ['!prod'], {}, true],
    ['negated, refuses the value', ['!prod'], { env: 'prod' }, false],
    ['negated, is unknown when the labels are', ['!prod'], unknown, unknown],
    ['present and not prod takes another value', ['present', '!prod'], { env: 'dev' }, true],
    ['present and not prod asks for the label', ['present', '!prod'], {}, false],
    ['present and not prod refuses prod', ['present', '!prod'], { env: 'prod' }, false],
    ['absent or dev takes a job without it', ['absent', 'dev'], {}, true],
    ['absent or dev takes dev', ['absent', 'dev'], { env: 'dev' }, true],
    ['absent or dev refuses prod', ['absent', 'dev'], { env: 'prod' }, false],
    ['present or absent takes every job', ['present', 'absent'], {}, true],
    ['d* but not dev refuses dev', ['d*', '!dev'], { env: 'dev' }, false],
    ['d* but not dev takes demo', ['d*', '!dev'], { env: 'demo' }, true],
    ['d* is unknown where the value is too long to look at', ['d*'], { env: huge }, unknown],
    ['not dev is unknown where the value is too long to look at', ['!dev'], { env: huge }, unknown],
    ['present takes also what is too long to look at', ['present'], { env: huge }, true],
    ['absent refuses also what is too long to look at', ['absent'], { env: huge }, false],
    ['absent, and not dev, refuses also what is too long to look at', ['absent', '!dev'], { env: huge }, false],
    ['present, and not dev, does not know what is too long to look at', ['present', '!dev'], { env: huge }, unknown],
    ['a group takes its members', ['@live'], { env: 'prod' }, true],
    ['a negated group refuses its members', ['!@live'], { env: 'prod' }, false],
    ['a value counts with its capitals', ['prod'], { env: 'Prod' }, false],
  ])('%s', (_says, wants, labels, expected) => {
    expect(compileLabel('env', wants, { live: ['prod', 'live'] })(labels)).toBe(expected);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'called %s is absent where nobody wrote it',
    (label) => {
      expect(compileLabel(label, ['present'], {})({})).toBe(false);
      expect(compileLabel(label, ['absent'], {})({})).toBe(true);
    },
  );

  it('throws on a pattern that no loader has checked', () => {
    expect(() => compileLabel('env', ['@nobody'], {})).toThrow('was not checked');
  });
});
