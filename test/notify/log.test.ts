import { describe, expect, test } from 'vitest';
import { logLine } from '../../functions/log.ts';

describe('a log line', () => {
  test('has the field names of Cloud Logging, and the other fields beside them', () => {
    const line = logLine({ severity: 'NOTICE', message: 'A job was cancelled.', job: 'job-1', bytes: 12n }, 0);
    expect(JSON.parse(line)).toEqual({
      job: 'job-1',
      bytes: '12',
      severity: 'NOTICE',
      message: 'A job was cancelled.',
      time: '1970-01-01T00:00:00.000Z',
    });
    expect(line).not.toContain('\n');
  });

  test('says what an error says, and its cause', () => {
    const error = new Error('[bigquery] denied', { cause: new Error('403') });
    const written: unknown = JSON.parse(logLine({ severity: 'ERROR', message: 'It failed.', error }, 0));
    expect(written).toMatchObject({ error: { message: '[bigquery] denied', cause: { message: '403' } } });
  });

  test.each<[string, unknown]>([
    ['is too long', 'x'.repeat(300_000)],
    ['goes in circles', Object.assign([], { 0: [] })],
  ])('is still written when a field %s', (_title, field) => {
    if (Array.isArray(field)) field[0] = field;
    const written: unknown = JSON.parse(logLine({ severity: 'INFO', message: 'Still here.', field }, 0));
    expect(written).toMatchObject({ severity: 'INFO', message: 'Still here.', cut: expect.any(String) });
  });
});
