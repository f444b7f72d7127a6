import { describe, expect, it } from 'vitest';
import { holdsAny } from '../../shared/evaluate/matchers.ts';
import type { Truth } from '../../shared/evaluate/truth.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, aRule, compiled, type WrittenPolicy, type WrittenRule } from '../make.ts';

const unknown = undefined;

function holds(match: WrittenRule['match'], job: Partial<Job>, groups: WrittenPolicy['groups'] = {}): Truth {
  const [rule] = compiled({ groups, rules: [aRule({ match })] }).rules;
  return holdsAny(rule?.match ?? [], aJob(job));
}

describe('a key of a match', () => {
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['takes the engine', { engine: 'bigquery' }, {}, true],
    ['refuses another engine', { engine: 'dli' }, {}, false],
    ['takes the project that runs the job', { project: 'analytics-*' }, {}, true],
    ['refuses another project', { project: 'finance-*' }, {}, false],
    ['takes a location', { location: ['EU', 'US'] }, {}, true],
    ['refuses another location', { location: 'US' }, {}, false],
    ['does not know a location that is not given', { location: 'EU' }, { location: unknown }, unknown],
    ['takes a principal', { principal: '*@example.com' }, {}, true],
    ['takes a principal whatever the case it is written in', { principal: 'Sam@Example.COM' }, {}, true],
    ['refuses another principal', { principal: 'kim@example.com' }, {}, false],
    ['does not know a principal that is not given', { principal: '*' }, { principal: unknown }, unknown],
    ['takes a kind of principal', { principalKind: 'person' }, {}, true],
    ['refuses another kind of principal', { principalKind: ['serviceAccount', 'external'] }, {}, false],
    ['does not know a kind that is not given', { principalKind: 'person' }, { principalKind: unknown }, unknown],
    ['takes a job type', { jobType: ['query', 'load'] }, { jobType: 'load' }, true],
    ['refuses another job type', { jobType: 'copy' }, {}, false],
    ['does not know a job type that is not given', { jobType: 'query' }, { jobType: unknown }, unknown],
    ['takes a statement type', { statementType: ['SELECT'] }, {}, true],
    ['refuses another statement type', { statementType: ['MERGE'] }, {}, false],
    ['knows that a load has no statement type', { statementType: ['SELECT'] }, { statementType: null }, false],
    ['does not know a statement that is not given', { statementType: 'SELECT' }, { statementType: unknown }, unknown],
    ['takes a priority', { priority: 'batch' }, { priority: 'batch' }, true],
    ['refuses another priority', { priority: 'batch' }, {}, false],
    ['knows that a load has no priority', { priority: 'batch' }, { priority: null }, false],
    ['does not know a priority that is not given', { priority: 'batch' }, { priority: unknown }, unknown],
    ['takes a job id', { jobId: 'job-*' }, {}, true],
    ['refuses another job id', { jobId: 'etl-*' }, {}, false],
    ['takes a continuous query', { continuous: true }, { continuous: true }, true],
    ['refuses a query that is not continuous', { continuous: true }, {}, false],
    ['takes a query that is not continuous', { continuous: false }, {}, true],
    ['does not know whether it is continuous', { continuous: false }, { continuous: unknown }, unknown],
    ['takes an on-demand job', { billing: 'on-demand' }, {}, true],
    ['refuses a job of a reservation as on demand', { billing: 'on-demand' }, { reservation: 'admin:EU.prod' }, false],
    ['takes a job of a reservation', { billing: 'reserved' }, { reservation: 'admin:EU.prod' }, true],
    ['does not know who pays', { billing: 'reserved' }, { reservation: unknown }, unknown],
    [
      'does not know who pays, so it is not "not reserved"',
      { billing: '!reserved' },
      { reservation: unknown },
      unknown,
    ],
  ])('%s', (_says, match, job, expected) => {
    expect(holds(match, job)).toBe(expected);
  });
});

describe('a negated value', () => {
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['refuses what it names', { project: '!analytics-prod' }, {}, false],
    ['takes everything else', { project: '!finance-*' }, {}, true],
    ['does not know what is not given', { location: '!EU' }, { location: unknown }, unknown],
    ['takes what is known to be absent', { statementType: '!SELECT' }, { statementType: null }, true],
    ['takes from the list only what no negation names', { project: ['analytics-*', '!*-prod'] }, {}, false],
    ['needs one of the positive entries beside it', { project: ['finance-*', '!*-dev'] }, {}, false],
    ['holds beside a positive entry that holds', { project: ['analytics-*', '!*-dev'] }, {}, true],
    ['must not fail once among several', { project: ['!finance-*', '!analytics-*'] }, {}, false],
  ])('%s', (_says, match, job, expected) => {
    expect(holds(match, job)).toBe(expected);
  });
});

describe('a group', () => {
  const groups = { finance: ['month-end@finance.example', 'close-*@finance.example'], envs: ['prod', 'live'] };
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['takes its members', { principal: '@finance' }, { principal: 'close-eu@finance.example' }, true],
    ['refuses everybody else', { principal: '@finance' }, {}, false],
    ['can be negated', { principal: '!@finance' }, { principal: 'month-end@finance.example' }, false],
    ['negated, takes everybody else', { principal: '!@finance' }, {}, true],
    ['does not know an unknown principal', { principal: '!@finance' }, { principal: unknown }, unknown],
    ['names values of a label', { labels: { env: '@envs' } }, { labels: { env: 'live' } }, true],
  ])('%s', (_says, match, job, expected) => {
    expect(holds(match, job, groups)).toBe(expected);
  });
});

describe('a reservation', () => {
  const job = { reservation: 'admin:EU.bi-critical' };
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['is found by its name', { reservation: 'admin:EU.bi-*' }, job, true],
    ['is found by its path', { reservation: '*/reservations/bi-critical' }, job, true],
    ['is kept out by its path', { reservation: '!*/reservations/bi-critical' }, job, false],
    ['is kept out by its name', { reservation: '!*.bi-critical' }, job, false],
    [
      'is kept out by its name when the engine gives the path',
      { reservation: '!admin:EU.bi-critical' },
      { reservation: 'projects/admin/locations/EU/reservations/bi-critical' },
      false,
    ],
    [
      'that is another one is not kept out',
      { reservation: '!*/reservations/bi-critical' },
      { reservation: 'a:EU.b' },
      true,
    ],
    ['that is known to be none is not kept out', { reservation: '!*/reservations/bi-critical' }, {}, true],
    ['that is known to be none is not found', { reservation: '*' }, {}, false],
    ['that is unknown is neither', { reservation: '!*/reservations/bi-critical' }, { reservation: unknown }, unknown],
  ])('%s', (_says, match, fields, expected) => {
    expect(holds(match, fields)).toBe(expected);
  });
});

describe('a label', () => {
  it.each<[string, Partial<Job>, Truth]>([
    ['takes its value', { labels: { env: 'prod' } }, true],
    ['refuses another value', { labels: { env: 'dev' } }, false],
    ['does not know it when the labels are unknown', { labels: unknown }, unknown],
  ])('%s', (_says, job, expected) => {
    expect(holds({ labels: { env: 'prod' } }, job)).toBe(expected);
  });

  it('must hold for every key that is named', () => {
    const match = { labels: { env: 'dev', team: 'present' } };
    expect(holds(match, { labels: { env: 'dev', team: 'a' } })).toBe(true);
    expect(holds(match, { labels: { env: 'dev' } })).toBe(false);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'called %s is absent from a job that does not carry it',
    (key) => {
      const labels = Object.fromEntries([[key, 'present']]);
      expect(holds({ labels }, { labels: {} })).not.toBe(true);
    },
  );
});

describe('a client', () => {
  const dbt = { labels: { dbt_invocation_id: 'a1' } };
  const read = { queryText: 'SELECT 1' };
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['is found by its label', { client: 'dbt' }, dbt, true],
    ['is not another', { client: 'looker' }, dbt, false],
    ['negated, refuses it', { client: '!dbt' }, dbt, false],
    ['negated, takes another', { client: '!looker' }, dbt, true],
    ['is known to be none once the statement was read', { client: 'metabase' }, read, false],
    ['is known not to be Metabase once the statement was read', { client: '!metabase' }, read, true],
    ['may be Metabase until the statement was read', { client: 'metabase' }, {}, unknown],
    ['may be Metabase, so it is not "not Metabase"', { client: '!metabase' }, {}, unknown],
    ['that may be Metabase is not dbt in any case', { client: 'dbt' }, {}, false],
    ['that may be Metabase is "not dbt" in any case', { client: '!dbt' }, {}, true],
    ['is Metabase by its remark', { client: 'metabase' }, { queryText: '-- Metabase:: userID: 1\nSELECT 1' }, true],
    ['is not known without labels', { client: 'dbt' }, { ...read, labels: unknown }, unknown],
    ['is not known by its id alone, since labels come first', { client: 'bq' }, { ...bq(), labels: unknown }, unknown],
    ['is known by its id beside labels that say nothing', { client: 'bq' }, bq(), true],
    ['is not known of a job whose principal is unknown', { client: 'bq' }, { ...bq(), principal: unknown }, unknown],
    ['is not known of another engine', { client: '!dbt' }, { engine: 'dli' }, unknown],
  ])('%s', (_says, match, job, expected) => {
    expect(holds(match, job)).toBe(expected);
  });
});

function bq(): Partial<Job> {
  return { id: 'bqjob_r0123456789abcdef_0000018f0123abcd_1' };
}

describe('a block', () => {
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['needs all of its keys', { project: 'analytics-*', location: 'US' }, {}, false],
    ['holds when all of its keys do', { project: 'analytics-*', location: 'EU' }, {}, true],
    ['is unknown when one key is', { project: 'analytics-*', location: 'EU' }, { location: unknown }, unknown],
    ['is false when one key is, whatever is unknown', { project: 'x', location: 'EU' }, { location: unknown }, false],
    ['is one of several of which any may hold', [{ project: 'x' }, { location: 'EU' }], {}, true],
    ['of several is false when all are', [{ project: 'x' }, { location: 'US' }], {}, false],
    ['of several is unknown when one is', [{ project: 'x' }, { location: 'US' }], { location: unknown }, unknown],
    ['holds although another is unknown', [{ project: '*' }, { location: 'US' }], { location: unknown }, true],
  ])('%s', (_says, match, job, expected) => {
    expect(holds(match, job)).toBe(expected);
  });

  it('is not needed: a rule without a match is about every job', () => {
    expect(holds(undefined, { location: unknown, principal: unknown })).toBe(true);
  });
});

describe('unless', () => {
  const match = { project: '*', unless: { labels: { dbt: 'present' }, location: 'EU' } };
  const either = { project: '*', unless: [{ labels: { dbt: 'present' } }, { location: 'US' }] };
  it.each<[string, WrittenRule['match'], Partial<Job>, Truth]>([
    ['takes the jobs out that it names', match, { labels: { dbt: 'x' } }, false],
    ['needs all of its keys to take a job out', match, { labels: { dbt: 'x' }, location: 'US' }, true],
    ['leaves the others in', match, {}, true],
    ['that is unknown makes the match unknown', match, { labels: unknown }, unknown],
    ['that is false by another key is known', match, { labels: unknown, location: 'US' }, true],
    ['takes out by any of its blocks', either, { location: 'US' }, false],
    ['leaves in what none of its blocks names', either, {}, true],
    ['alone is a match', { unless: { project: 'finance-*' } }, {}, true],
    ['alone takes out what it names', { unless: { project: 'analytics-*' } }, {}, false],
  ])('%s', (_says, written, job, expected) => {
    expect(holds(written, job)).toBe(expected);
  });
});
