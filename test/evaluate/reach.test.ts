import { expect, it } from 'vitest';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { reaches } from '../../shared/evaluate/reach.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, aRule, compiled, minutes, nowMs, type WrittenRule } from '../make.ts';

type Reach = 'reached' | 'not reached';
const own = 'jobwarden@ops.iam.gserviceaccount.com';
const merge = { statementType: 'MERGE' };
const script = { statementType: 'SCRIPT', children: 2 };
const load = { jobType: 'load', statementType: null };

function cancels(written: WrittenRule, fields: Partial<Job>): Reach {
  const job = aJob({ runTimeMs: minutes(31), ...fields });
  const verdicts = judge(compiled({ rules: [aRule(written)] }, { ownPrincipal: own }), job, nowMs);
  return verdicts.length > 0 ? 'reached' : 'not reached';
}

it.each<[string, WrittenRule['match'], Partial<Job>, Reach]>([
  ['a SELECT', undefined, {}, 'reached'],
  ['a MERGE', undefined, merge, 'not reached'],
  ['a script', undefined, script, 'not reached'],
  ['a statement that is not known', undefined, { statementType: undefined }, 'not reached'],
  ['a query without a statement', undefined, { statementType: null }, 'not reached'],
  ['a SELECT of a job type that is not known', undefined, { jobType: undefined }, 'not reached'],
  ['a load', undefined, load, 'not reached'],
  ['a load that claims to be a SELECT', undefined, { jobType: 'load' }, 'not reached'],
  ['a MERGE that the rule names', { statementType: ['SELECT', 'MERGE'] }, merge, 'reached'],
  ['a script that the rule names', { statementType: ['SCRIPT'] }, script, 'reached'],
  ['a MERGE by a pattern that the rule writes out', { statementType: '*' }, merge, 'reached'],
  ['a MERGE that is only left over by a negation', { statementType: '!INSERT' }, merge, 'not reached'],
  ['a SELECT that is left over by a negation', { statementType: '!INSERT' }, {}, 'reached'],
  ['a load that the rule names', { jobType: ['query', 'load'] }, load, 'reached'],
  ['a SELECT beside a load that the rule names', { jobType: ['query', 'load'] }, {}, 'reached'],
  ['a MERGE beside a load that the rule names', { jobType: ['query', 'load'] }, merge, 'not reached'],
  ['a load that is only left over by a negation', { jobType: '!copy' }, load, 'not reached'],
  ['a job type that is not known', { jobType: ['query', 'load'] }, { jobType: undefined }, 'not reached'],
  ['a continuous query', undefined, { continuous: true }, 'not reached'],
  ['a query that may be continuous', undefined, { continuous: undefined }, 'not reached'],
  ['a continuous query whose statement is named', { statementType: 'SELECT' }, { continuous: true }, 'not reached'],
  ['a continuous query that the rule names', { continuous: true }, { continuous: true }, 'reached'],
  [
    'a query that may be continuous, by a rule for those',
    { continuous: true },
    { continuous: undefined },
    'not reached',
  ],
  ["the watchdog's own query", undefined, { principal: own }, 'not reached'],
  [
    "the watchdog's own query by a pattern",
    { principal: '*@ops.iam.gserviceaccount.com' },
    { principal: own },
    'not reached',
  ],
  [
    "the watchdog's own query by the name of another",
    { principal: ['a@b.example', '*'] },
    { principal: own },
    'not reached',
  ],
  ["the watchdog's own query that the rule writes out", { principal: own }, { principal: own }, 'reached'],
  [
    "the watchdog's own query written out in capitals",
    { principal: 'Jobwarden@ops.iam.gserviceaccount.com' },
    { principal: own },
    'reached',
  ],
  ['a query of nobody known, which may be the own one', undefined, { principal: undefined }, 'not reached'],
  ["another service account's query", undefined, { principal: 'etl@ops.iam.gserviceaccount.com' }, 'reached'],
])('for a cancel rule, %s with match %j and job %j is %s', (_says, match, fields, expected) => {
  expect(cancels({ match }, fields)).toBe(expected);
});

it('knows its own principal in whatever case the deployment gives it', () => {
  expect(reaches({}, aJob({ principal: own }), 'Jobwarden@OPS.iam.gserviceaccount.com')).toBe(false);
});

it('reaches every principal when the deployment does not know its own', () => {
  expect(reaches({}, aJob({ principal: undefined }), undefined)).toBe(true);
});

it.each<[WrittenRule['action'], Partial<Job>]>([
  ['warn', merge],
  ['warn', load],
  ['warn', { continuous: true }],
  ['warn', { principal: own }],
  ['record', script],
  ['record', { statementType: undefined }],
])('lets a rule that only says %s speak of any job: %j', (action, fields) => {
  expect(cancels({ action }, fields)).toBe('reached');
});

it('judges the reach by the block that matches, not by its neighbour', () => {
  const match = [{ project: 'finance-*', statementType: 'MERGE' }, { project: 'analytics-*' }];
  expect(cancels({ match }, merge)).toBe('not reached');
  expect(cancels({ match }, { ...merge, project: 'finance-prod' })).toBe('reached');
});

it('does not reach a job whose matching block is unknown through a block that does not match', () => {
  const match = [{ location: 'EU', statementType: 'SELECT' }, { project: 'finance-*' }];
  expect(cancels({ match }, { location: undefined })).toBe('not reached');
});

it('does not warn early either where the cancel would not reach', () => {
  expect(cancels({ limit: { runTime: '2h' }, warnAt: { runTime: '20m' } }, merge)).toBe('not reached');
});
