import { describe, expect, test } from 'vitest';
import { logLine } from '../../functions/log.ts';
import { nowMs } from '../make.ts';

const read = (line: string): Record<string, unknown> => JSON.parse(line);

describe('a log line', () => {
  test('is one line of JSON with severity, message and time', () => {
    const line = logLine({ severity: 'NOTICE', message: 'two\nlines', job: 'a' }, nowMs);
    expect(line).not.toContain('\n');
    expect(read(line)).toEqual({
      severity: 'NOTICE',
      message: 'two\nlines',
      time: '2026-03-11T10:00:00.000Z',
      job: 'a',
    });
  });

  test('never lets a field take the place of the three', () => {
    const fields = JSON.parse('{"time": "yesterday"}');
    expect(read(logLine({ ...fields, severity: 'INFO', message: 'm' }, nowMs))['time']).toBe(
      '2026-03-11T10:00:00.000Z',
    );
  });

  test('tells an error with its causes', () => {
    const error = new TypeError('outer', { cause: new Error('inner') });
    const { error: told } = read(logLine({ severity: 'ERROR', message: 'm', error }, nowMs));
    expect(told).toMatchObject({
      name: 'TypeError',
      message: 'outer',
      stack: expect.any(String),
      cause: { message: 'inner' },
    });
  });

  test('is cut where Cloud Logging would split it', () => {
    const line = logLine({ severity: 'INFO', message: 'x'.repeat(10_000), all: 'y'.repeat(300_000) }, nowMs);
    expect(line.length).toBeLessThan(5000);
    expect(read(line)).toMatchObject({ severity: 'INFO', cut: expect.stringMatching(/characters were too many/) });
  });

  test('keeps its small fields when it is cut: metrics go by them', () => {
    const line = logLine({ severity: 'INFO', message: 'm', event: 'sweep.completed', all: 'y'.repeat(300_000) }, nowMs);
    expect(read(line)).toMatchObject({ event: 'sweep.completed', cut: expect.any(String) });
    expect(read(line)).not.toHaveProperty('all');
  });

  test.each([
    ['a list of lists', () => [[], [[]]]],
    ['a bigint', () => 10n ** 30n],
    ['an undefined', () => undefined],
    ['a lone surrogate', () => '\ud800'],
  ])('can hold %s', (_, value) => {
    expect(read(logLine({ severity: 'INFO', message: 'm', value: value() }, nowMs))).toMatchObject({ message: 'm' });
  });

  test('says so when its fields cannot be written, and never throws', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(read(logLine({ severity: 'INFO', message: 'm', circle }, nowMs))).toMatchObject({
      message: 'm',
      cut: 'the fields of this entry could not be written',
    });
  });
});
