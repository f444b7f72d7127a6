import type { Job, PrincipalKind } from '../../../shared/jobs/job.ts';
import { gib, hours, minutes, nowMs, seconds } from '../../make.ts';
import type { Random } from '../random.ts';

// Synthetic: no such project, person or job exists.

type Names = readonly [string, ...string[]];

const teamCount = 50;
const areas = ['core', 'ads'] as const;
const environments = ['prod', 'dev', 'stage', 'lab'] as const;

const named = (length: number, name: (index: number) => string): Names => [
  name(0),
  ...Array.from({ length: length - 1 }, (_, index) => name(index + 1)),
];
const two = (index: number) => String(index).padStart(2, '0');

/** 50 teams with 8 projects each. */
export const projects: Names = named(teamCount * areas.length * environments.length, (index) => {
  const area = areas[Math.floor(index / 4) % 2] ?? 'core';
  return `team${two(Math.floor(index / 8))}-${area}-${environments[index % 4]}`;
});

/** 2,000 identities: three people for each service account. */
const people: Names = named(1500, (index) => `person${index}.team${two(index % teamCount)}@example.com`);
const accounts: Names = named(500, (index) => {
  const work = ['etl', 'dbt', 'bi', 'ml'][index % 4];
  return `${work}-${index}@team${two(index % teamCount)}-core-prod.iam.gserviceaccount.com`;
});

const works = [
  { share: 0.66, jobType: 'query', statementType: 'SELECT' },
  { share: 0.1, jobType: 'query', statementType: 'CREATE_TABLE_AS_SELECT' },
  { share: 0.07, jobType: 'query', statementType: 'MERGE' },
  { share: 0.05, jobType: 'query', statementType: 'INSERT' },
  { share: 0.02, jobType: 'query', statementType: 'SCRIPT' },
  { share: 0.06, jobType: 'load', statementType: null },
  { share: 0.02, jobType: 'extract', statementType: null },
  { share: 0.02, jobType: 'copy', statementType: null },
] as const;

function workOf(random: Random) {
  let left = random.next();
  for (const { share, ...work } of works) {
    left -= share;
    if (left < 0) return work;
  }
  return { jobType: 'query', statementType: 'SELECT' } as const;
}

function labelsOf(random: Random, project: string): Record<string, string> {
  const labels: Record<string, string> = {};
  if (random.chance(0.8)) labels['env'] = project.slice(project.lastIndexOf('-') + 1);
  if (random.chance(0.7)) labels['team'] = project.slice(0, 6);
  if (random.chance(0.3)) labels['tier'] = random.pick(['gold', 'silver', 'bronze']);
  if (random.chance(0.1)) labels['dbt_invocation_id'] = `run-${random.below(5000)}`;
  else if (random.chance(0.05)) labels['requestor'] = 'looker_studio';
  if (random.chance(0.01)) labels['jobwarden'] = 'keep';
  return labels;
}

function idOf(random: Random, index: number): string {
  const kind = random.pick(['job', 'bquxjob', 'airflow_daily', 'scheduled_query', 'sheets_dataconnector'], 2);
  return `${kind}_${random.below(0xffff_ffff).toString(16)}_${index}`;
}

/** Fields that need more than one draw, or agree with each other. */
function identity(random: Random): { principal: string; principalKind: PrincipalKind } {
  return random.chance(0.6)
    ? { principal: random.pick(people, 2), principalKind: 'person' }
    : { principal: random.pick(accounts, 2), principalKind: 'serviceAccount' };
}

function times(random: Random): Pick<Job, 'state' | 'createdAtMs' | 'startedAtMs'> {
  const waitMs = Math.round(random.logNormal(seconds(3), 1.5));
  if (random.chance(0.05)) return { state: 'pending', createdAtMs: nowMs - waitMs, startedAtMs: undefined };
  const startedAtMs = nowMs - Math.round(random.logNormal(minutes(2), 1.6));
  return { state: 'running', createdAtMs: startedAtMs - waitMs, startedAtMs };
}

/** Bytes and slot time are not reported for some jobs. */
function usage(random: Random): Pick<Job, 'bytesProcessed' | 'bytesEstimated' | 'slotMs'> {
  const bytes = Math.round(random.logNormal(gib(4), 2.5));
  const slotMs = Math.round(random.logNormal(hours(0.2), 2));
  return {
    bytesProcessed: random.chance(0.03) ? undefined : bytes,
    bytesEstimated: random.chance(0.1) ? undefined : Math.round(bytes * (1 + random.next())),
    slotMs: random.chance(0.03) ? undefined : slotMs,
  };
}

/**
 * One job as a sweep lists it. Identities, projects and kinds are drawn unevenly, as in a real organisation: the first
 * quarter of the names has half of the jobs.
 */
export function syntheticJob(random: Random, index: number): Job {
  const project = random.pick(projects, 2);
  const isOnDemand = random.chance(0.6);
  return {
    engine: 'bigquery',
    target: `bigquery:${project}`,
    project,
    location: random.pick(['EU', 'US', 'europe-west1', 'asia-northeast1'], 2),
    id: idOf(random, index),
    redacted: random.chance(0.005),
    ...times(random),
    ...identity(random),
    ...workOf(random),
    priority: random.chance(0.7) ? 'interactive' : 'batch',
    labels: labelsOf(random, project),
    reservation: isOnDemand ? null : `admin:EU.${project.slice(0, 6)}`,
    edition: isOnDemand ? null : 'ENTERPRISE',
    continuous: random.chance(0.001),
    ...usage(random),
    parentId: random.chance(0.02) ? 'a-script' : null,
  };
}

/** So many jobs; the same ones for the same numbers. */
export function syntheticJobs(random: Random, count: number): readonly Job[] {
  return Array.from({ length: count }, (_, index) => syntheticJob(random, index));
}
