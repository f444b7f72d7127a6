import { expect, it } from 'vitest';
import { isSameJob, jobName, type Job } from '../../shared/jobs/job.ts';

// Synthetic: no such project, person or job exists.
const job: Job = {
  engine: 'bigquery',
  target: 'bigquery:analytics-prod',
  project: 'analytics-prod',
  location: 'EU',
  id: 'bqjob_r1_2_3',
  state: 'running',
  redacted: false,
  createdAtMs: 1_790_000_000_000,
  principal: 'sam@example.com',
};

it('names a job by engine, project, location and id', () => {
  expect(jobName(job)).toBe('bigquery:analytics-prod:EU.bqjob_r1_2_3');
  expect(jobName({ ...job, location: undefined })).toBe('bigquery:analytics-prod:-.bqjob_r1_2_3');
});

it('takes two records of the same run for the same job, whatever has changed since', () => {
  expect(isSameJob(job, { ...job, state: 'done', bytesProcessed: 12, target: 'bigquery:all' })).toBe(true);
});

it.each<[string, Partial<Job>]>([
  ['another id', { id: 'bqjob_r1_2_4' }],
  ['another location', { location: 'US' }],
  ['another project', { project: 'analytics-dev' }],
  ['another creation time', { createdAtMs: 1_790_000_000_001 }],
  ['another principal', { principal: 'kim@example.com' }],
  ['an unknown creation time', { createdAtMs: undefined }],
  ['an unknown principal', { principal: undefined }],
])('does not take a record with %s for the same job', (_what, other) => {
  expect(isSameJob(job, { ...job, ...other })).toBe(false);
  expect(isSameJob({ ...job, ...other }, job)).toBe(false);
});

it('does not take two records for the same job when both leave out who and when', () => {
  const bare: Job = { ...job, createdAtMs: undefined, principal: undefined };
  expect(isSameJob(bare, bare)).toBe(false);
});
