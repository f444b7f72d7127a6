import { describe, expect, test } from 'vitest';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { aJob, aRule, compiled, gib, minutes, nowMs, tib, type JobFields, type WrittenRule } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const unknown: JobFields = { bytesProcessed: undefined, runTimeMs: minutes(12) };

const verdicts = (rule: WrittenRule, job: JobFields) =>
  judge(
    compiled({ rules: [aRule({ limit: { bytesProcessed: '1 TiB' }, ifUnknown: 'warn', ...rule })] }),
    aJob(job),
    nowMs,
  );

describe('a rule that warns of limits that cannot be judged', () => {
  test('warns after ten minutes, and says why', () => {
    expect(verdicts({}, unknown)).toMatchObject([
      { action: 'warn', because: 'could not be judged for 12 min: the engine gives no bytes processed yet' },
    ]);
  });

  test.each<[string, WrittenRule, JobFields]>([
    ['the rule ignores that', { ifUnknown: 'ignore' }, unknown],
    ['it is outside the hours of the rule', { active: { hours: '11:00-12:00' } }, unknown],
    ['the job is younger', {}, { ...unknown, runTimeMs: minutes(9) }],
    ['nothing is known of its age', {}, { ...unknown, startedAtMs: undefined, createdAtMs: undefined }],
    ['the number is there', {}, { bytesProcessed: gib(1), runTimeMs: minutes(12) }],
    ['one of its limits can be judged', { limit: { bytesProcessed: '1 TiB', runTime: '1h' } }, unknown],
    ['it does not match', { match: { project: 'finance-*' } }, unknown],
    ['its match is not known', { match: { labels: { env: 'dev' } } }, { ...unknown, labels: undefined }],
    ['it does not reach the statement', {}, { ...unknown, statementType: 'MERGE' }],
  ])('says nothing where %s', (_title, rule, job) => {
    expect(verdicts(rule, job)).toEqual([]);
  });

  test('never cancels by it, and gives way to a cancel that is certain', () => {
    const late = aRule({ name: 'late', limit: { runTime: '5m' } });
    const open = aRule({ name: 'open', limit: { bytesProcessed: '1 TiB' }, ifUnknown: 'warn' });
    const found = judge(compiled({ rules: [open, late] }), aJob(unknown), nowMs);
    expect(found).toMatchObject([{ rule: 'late', action: 'cancel', superseded: [{ rule: 'open', action: 'warn' }] }]);
  });

  test('cancels as ever once the number is known', () => {
    expect(verdicts({}, { bytesProcessed: tib(2) })).toMatchObject([{ action: 'cancel' }]);
  });
});
