import { accessDenied, invalid } from './errors.ts';
import { stateAt } from './job-life.ts';
import type { LivingJob } from './job-life.ts';
import type { JsonObject } from './json.ts';
import { present } from './json.ts';
import type { ApiCall } from './call.ts';
import type { ListView } from './resource.ts';
import { etagOf, listItem } from './resource.ts';

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 1_000;

interface ListQuery {
  readonly allUsers: boolean;
  readonly states: ReadonlySet<string>;
  readonly view: ListView;
  readonly pageSize: number;
  readonly after: Position | undefined;
  readonly minCreatedAtMs: number;
  readonly maxCreatedAtMs: number;
  readonly parentJobId: string | undefined;
}

/** A place in the listing: newest first, later added first among jobs of the same millisecond. */
interface Position {
  readonly createdAtMs: number;
  readonly sequence: number;
}

function oneOf(parameters: URLSearchParams, name: string, allowed: readonly string[]): readonly string[] {
  const given = parameters.getAll(name).map((value) => value.toLowerCase());
  for (const value of given) {
    if (!allowed.includes(value)) throw invalid(`Invalid value at '${name}': "${value}"`);
  }
  return given;
}

function wholeNumber(parameters: URLSearchParams, name: string): number | undefined {
  const given = parameters.get(name);
  if (given === null || given === '') return undefined;
  if (!/^\d+$/.test(given)) throw invalid(`Invalid value at '${name}' (TYPE_UINT): "${given}"`);
  return Number(given);
}

function tokenOf({ createdAtMs, sequence }: Position): string {
  return Buffer.from(`${createdAtMs}.${sequence}`).toString('base64url');
}

function positionOf(token: string | null): Position | undefined {
  if (token === null || token === '') return undefined;
  const [, createdAtMs, sequence] = /^(\d+)\.(\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (createdAtMs === undefined) throw invalid('Invalid value for: pageToken is not a valid value');
  return { createdAtMs: Number(createdAtMs), sequence: Number(sequence) };
}

function readQuery(parameters: URLSearchParams): ListQuery {
  const pageSize = wholeNumber(parameters, 'maxResults') ?? DEFAULT_PAGE;
  const projection = oneOf(parameters, 'projection', ['minimal', 'full']).at(-1);
  return {
    allUsers: oneOf(parameters, 'allUsers', ['true', 'false']).at(-1) === 'true',
    states: new Set(oneOf(parameters, 'stateFilter', ['done', 'pending', 'running'])),
    view: projection === 'full' ? 'full' : 'minimal',
    pageSize: Math.min(pageSize || DEFAULT_PAGE, LARGEST_PAGE),
    after: positionOf(parameters.get('pageToken')),
    minCreatedAtMs: wholeNumber(parameters, 'minCreationTime') ?? 0,
    maxCreatedAtMs: wholeNumber(parameters, 'maxCreationTime') ?? Number.POSITIVE_INFINITY,
    parentJobId: parameters.get('parentJobId') ?? undefined,
  };
}

function placeOf({ record, life }: LivingJob): Position {
  return { createdAtMs: life.createdAtMs, sequence: record.sequence };
}

function newestFirst(one: Position, other: Position): number {
  return other.createdAtMs - one.createdAtMs || other.sequence - one.sequence;
}

function fits(job: LivingJob, query: ListQuery, now: number): boolean {
  const { createdAtMs } = job.life;
  if (job.record.parentId !== query.parentJobId) return false;
  if (createdAtMs < query.minCreatedAtMs || createdAtMs > query.maxCreatedAtMs) return false;
  if (query.states.size > 0 && !query.states.has(stateAt(job.life, now).toLowerCase())) return false;
  return query.after === undefined || newestFirst(query.after, placeOf(job)) < 0;
}

function isOwn(job: LivingJob, { caller }: ApiCall): boolean {
  return job.record.spec.principal === caller.email;
}

function checkMayListAll({ caller, project }: ApiCall): void {
  const { permissions } = caller;
  const resource = `projects/${project}`;
  if (permissions.has('bigquery.jobs.list', resource) || permissions.has('bigquery.jobs.listAll', resource)) return;
  throw accessDenied(`Project ${project}`, 'bigquery.jobs.list');
}

/** Without listAll the jobs of others come redacted: no configuration and no identity, even in a full listing. */
function viewOf(job: LivingJob, query: ListQuery, call: ApiCall): ListView {
  const seesAll = call.caller.permissions.has('bigquery.jobs.listAll', `projects/${call.project}`) || isOwn(job, call);
  return seesAll ? query.view : 'minimal';
}

function isReachable(job: LivingJob, unreachable: readonly string[]): boolean {
  return !unreachable.includes(job.record.spec.location);
}

/**
 * jobs.list: one page, newest first. The token is the place of the last job shown, so jobs that end between pages
 * neither hide nor repeat others.
 */
export function listJobs(call: ApiCall): JsonObject {
  const query = readQuery(call.query);
  if (query.allUsers) checkMayListAll(call);
  const now = call.now();
  const unreachable = call.fault?.kind === 'unreachable' ? (call.fault.locations ?? []) : [];
  const fitting = call.store
    .inProject(call.project)
    .filter((job) => fits(job, query, now) && (query.allUsers || isOwn(job, call)) && isReachable(job, unreachable))
    .sort((one, other) => newestFirst(placeOf(one), placeOf(other)));
  const page = fitting.slice(0, query.pageSize);
  const last = page.at(-1);
  const body = present({
    kind: 'bigquery#jobList',
    jobs: page.length > 0 ? page.map((job) => listItem(job, now, viewOf(job, query, call))) : undefined,
    nextPageToken: last && fitting.length > page.length ? tokenOf(placeOf(last)) : undefined,
    unreachable: unreachable.length > 0 ? unreachable : undefined,
  });
  return { ...body, etag: etagOf(body) };
}
