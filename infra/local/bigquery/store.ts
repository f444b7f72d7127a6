import { ApiError } from './errors.ts';
import type { JobRecord, LivingJob } from './job-life.ts';
import { living } from './job-life.ts';
import { recordOf } from './record.ts';
import type { FullJobSpec, JobSpec } from './spec.ts';

const MAX_JOBS = 50_000;

/** Where a job is: without a location only US and EU are looked at, as in the API. */
interface JobAddress {
  readonly project: string;
  readonly jobId: string;
  readonly location?: string | undefined;
}

/** All jobs of the stand-in; what is read from it is computed for the moment of reading. */
export interface JobStore {
  /** Throws a ZodError for a malformed spec, an ApiError for an id that is taken in the location and for a full store. */
  readonly add: (spec: JobSpec) => LivingJob;
  readonly find: (address: JobAddress) => LivingJob | undefined;
  readonly findAnywhere: (project: string, jobId: string) => LivingJob | undefined;
  /** Top-level jobs and, where they have begun, statements of scripts, in no order. */
  readonly inProject: (project: string) => readonly LivingJob[];
  /** Remembers the first cancel request of a job that is not done; later ones change nothing. */
  readonly askToCancel: (job: LivingJob) => void;
}

/** A record and the script it is a statement of, if it is one. */
interface Entry {
  readonly record: JobRecord;
  readonly parent?: JobRecord;
}

interface Shelves {
  readonly byName: Map<string, readonly Entry[]>;
  readonly byProject: Map<string, JobRecord[]>;
  count: number;
}

function entriesOf(record: JobRecord): readonly Entry[] {
  return [{ record }, ...record.children.map((child) => ({ record: child, parent: record }))];
}

function nowLiving({ record, parent }: Entry): LivingJob | undefined {
  if (!parent) return living(record);
  return living(parent).children.find((child) => child.record === record);
}

function isAt(spec: FullJobSpec, location: string | undefined): boolean {
  const own = spec.location.toUpperCase();
  return location === undefined ? own === 'US' || own === 'EU' : own === location.toUpperCase();
}

function named(shelves: Shelves, project: string, jobId: string): readonly Entry[] {
  return shelves.byName.get(`${project}/${jobId}`) ?? [];
}

function checkIsFree(shelves: Shelves, { id, spec }: JobRecord): void {
  const taken = named(shelves, spec.project, id).some((other) => isAt(other.record.spec, spec.location));
  if (!taken) return;
  const message = `Already Exists: Job ${spec.project}:${spec.location}.${id}`;
  throw new ApiError({ status: 409, reason: 'duplicate', message });
}

function put(shelves: Shelves, record: JobRecord): void {
  const { project } = record.spec;
  const entries = entriesOf(record);
  for (const entry of entries) checkIsFree(shelves, entry.record);
  if (shelves.count + entries.length > MAX_JOBS) {
    const message = `The stand-in holds ${MAX_JOBS} jobs at most.`;
    throw new ApiError({ status: 403, reason: 'quotaExceeded', message });
  }
  for (const entry of entries) {
    const { id } = entry.record;
    shelves.byName.set(`${project}/${id}`, [...named(shelves, project, id), entry]);
  }
  const records = shelves.byProject.get(project) ?? [];
  records.push(record);
  shelves.byProject.set(project, records);
  shelves.count += entries.length;
}

/** An empty store on the given clock (ms since the epoch); it holds at most 50,000 jobs. */
export function jobStore(now: () => number): JobStore {
  const shelves: Shelves = { byName: new Map(), byProject: new Map(), count: 0 };
  const hasBegun = (job: LivingJob) => job.life.createdAtMs <= now();
  const begun = (entry: Entry | undefined) => {
    const job = entry && nowLiving(entry);
    return job && hasBegun(job) ? job : undefined;
  };
  return {
    add(input) {
      const record = recordOf(input, now(), shelves.count);
      put(shelves, record);
      return living(record);
    },
    find: ({ project, jobId, location }) =>
      begun(named(shelves, project, jobId).find(({ record }) => isAt(record.spec, location))),
    findAnywhere: (project, jobId) => begun(named(shelves, project, jobId)[0]),
    inProject(project) {
      const jobs = (shelves.byProject.get(project) ?? []).map(living);
      return [...jobs, ...jobs.flatMap((job) => job.children.filter(hasBegun))];
    },
    askToCancel({ record, life }) {
      if (now() < life.endsAtMs) record.cancelAskedAtMs ??= now();
    },
  };
}
