import { randomOf, type Random } from '../bench/random.ts';
import type { Row } from './make.ts';

// Synthetic: no such project, person, job or incident exists. What it is to be like, and what it leaves out, stands in
// generator.md.

/** How large a history is made. The same numbers make the same history. */
export interface QuarterOptions {
  readonly seed: number;
  readonly projects: number;
  /** From this day on, as `2026-07-01`. */
  readonly from: string;
  readonly days: number;
  /** Ordinary jobs of a project on a working day, about. */
  readonly jobsADay: number;
  /** How many incidents of each kind are planted. */
  readonly incidents: number;
}

/** A quarter of 60 projects. */
export const quarter: QuarterOptions = {
  seed: 8,
  projects: 60,
  from: '2026-07-01',
  days: 92,
  jobsADay: 8,
  incidents: 3,
};

/** What is planted. Its jobs have ids that begin with `incident-` and the kind. */
const incidentKinds = ['cross-join', 'full-refresh', 'stuck-in-queue', 'dashboard-storm'] as const;

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;
const gib = 1024 ** 3;
const stormJobs = 40;

const stamp = (ms: number) => `${new Date(ms).toISOString().replace('T', ' ').slice(0, 23)} UTC`;
const labelsOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([key, value]) => ({ key, value }));

interface Work {
  readonly project: number;
  readonly id: string;
  readonly createdAtMs: number;
  readonly queueMs: number;
  readonly runMs: number;
  readonly who: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly statement?: string;
  readonly error?: { readonly reason: string; readonly message: string };
  readonly query?: string;
  /** GiB read, and slots held, on average. */
  readonly readGib: number;
  readonly slots: number;
}

const machine = (name: string, project: number) => `${name}@${projectName(project)}.iam.gserviceaccount.com`;

/** The name of a project by its number. */
export function projectName(project: number): string {
  return `team-${String(project).padStart(2, '0')}-prod`;
}

/** Every third project pays for slots; the others by what they read. */
function paymentOf(project: number): Row {
  return project % 3 === 0 ? { reservation_id: 'admin-prod:EU.shared', edition: 'ENTERPRISE' } : {};
}

function rowOf(work: Work): Row {
  const startMs = work.createdAtMs + work.queueMs;
  const { project } = work;
  return {
    creation_time: stamp(work.createdAtMs),
    start_time: stamp(startMs),
    end_time: stamp(startMs + work.runMs),
    project_id: projectName(project),
    job_id: work.id,
    job_type: 'QUERY',
    statement_type: work.statement ?? 'SELECT',
    priority: 'INTERACTIVE',
    state: 'DONE',
    user_email: work.who,
    ...paymentOf(project),
    labels: labelsOf(work.labels ?? {}),
    total_bytes_processed: String(Math.round(work.readGib * gib)),
    total_slot_ms: String(Math.round(work.slots * work.runMs)),
    ...(work.error && { error_result: work.error }),
    ...(work.query && { query_info: { query_hashes: { normalized_literals: work.query } } }),
  };
}

interface Day {
  readonly random: Random;
  readonly project: number;
  readonly atMs: number;
  readonly isWorking: boolean;
  readonly isMonthEnd: boolean;
  readonly next: () => number;
}

type Common = Pick<Work, 'project' | 'createdAtMs' | 'queueMs' | 'runMs' | 'readGib' | 'slots'>;

/** Numbers of a job: a run time around a median, and what it reads and holds in proportion. */
function commonOf({ random, project, atMs }: Day, hour: number, medianMs: number, sigma: number): Common {
  const runMs = Math.round(Math.min(random.logNormal(medianMs, sigma), 5 * hourMs)) + 200;
  return {
    project,
    createdAtMs: atMs + Math.round(hour * hourMs),
    queueMs: Math.round(random.logNormal(400, 1)),
    runMs,
    readGib: (runMs / minuteMs) * random.logNormal(6, 0.8),
    slots: random.logNormal(25, 0.7),
  };
}

const failures = [
  { reason: 'invalidQuery', message: 'Unrecognized name' },
  { reason: 'accessDenied', message: 'Access Denied' },
] as const;

function adHoc(day: Day): Work {
  const { random, project, next } = day;
  const hour = 7 + random.next() * 11;
  return {
    ...commonOf(day, hour, 14_000, 1.5),
    id: `bquxjob_${next().toString(16).padStart(8, '0')}_${project.toString(16)}`,
    who: `person${random.below(6)}.team${project}@example.com`,
    ...(random.chance(0.06) && { error: failures[random.below(2)] ?? failures[0] }),
  };
}

function dashboard(day: Day): Work {
  const { random, project, next } = day;
  return {
    ...commonOf(day, 6 + random.next() * 14, 3500, 0.9),
    id: `dash-${project}-${next()}`,
    who: machine('looker', project),
    labels: { 'looker-context-user_id': String(random.below(40)), 'looker-context-history_slug': `h${next()}` },
  };
}

function scheduled(day: Day): Work {
  const { random, project, next } = day;
  return {
    ...commonOf(day, random.below(24), 80_000, 0.5),
    id: `scheduled_query_${project}-${next()}`,
    who: machine('schedules', project),
    labels: { data_source_id: 'scheduled_query', dts_config_id: `c${random.below(8)}` },
  };
}

function dbt(day: Day): Work {
  const { random, project, next } = day;
  return {
    ...commonOf(day, 2 + random.next() * 2, 55_000, 0.8),
    id: `dbt-${project}-${next()}`,
    who: machine('dbt', project),
    labels: { dbt_invocation_id: `run-${day.atMs / dayMs}` },
    statement: random.chance(0.7) ? 'CREATE_TABLE_AS_SELECT' : 'SELECT',
  };
}

function monthEnd(day: Day): Work {
  const { random, project, next } = day;
  return {
    ...commonOf(day, 8 + random.next() * 8, 25 * minuteMs, 0.4),
    id: `close-${project}-${next()}`,
    who: machine('finance', project),
    labels: { team: 'finance' },
    statement: random.chance(0.5) ? 'MERGE' : 'SELECT',
  };
}

/** Kinds of ordinary work, with their shares on working days and on others. */
const kinds: readonly (readonly [(day: Day) => Work, number, number])[] = [
  [adHoc, 0.3, 0.03],
  [dashboard, 0.35, 0.08],
  [scheduled, 0.2, 0.2],
  [dbt, 0.15, 0.15],
];

function* ordinary(day: Day, jobsADay: number): Generator<Row> {
  for (const [make, working, resting] of kinds) {
    const expected = jobsADay * (day.isWorking ? working : resting);
    const count = Math.floor(expected) + (day.random.chance(expected % 1) ? 1 : 0);
    for (let index = 0; index < count; index += 1) yield rowOf(make(day));
  }
  if (day.isMonthEnd && day.project % 10 === 0) for (let index = 0; index < 3; index += 1) yield rowOf(monthEnd(day));
}

const byHand = { reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' };

function planted(kind: (typeof incidentKinds)[number], index: number, day: Day): readonly Row[] {
  const { random, project } = day;
  const base = {
    project,
    createdAtMs: day.atMs + (10 + index) * hourMs,
    queueMs: 500,
    readGib: 5000,
    slots: 400,
  };
  const id = `incident-${kind}-${index}`;
  const person = { id, who: `person1.team${project}@example.com` };
  if (kind === 'cross-join') return [rowOf({ ...base, ...person, runMs: (4 + random.next()) * hourMs, error: byHand })];
  if (kind === 'stuck-in-queue') return [rowOf({ ...base, ...person, queueMs: 3 * hourMs, runMs: 60_000, readGib: 1 })];
  if (kind === 'full-refresh') {
    const labels = { dbt_invocation_id: `run-${day.atMs / dayMs}` };
    return [rowOf({ ...base, id, who: machine('dbt', project), labels, runMs: 4 * hourMs })];
  }
  const labels = { 'looker-context-user_id': '7', 'looker-context-history_slug': 'storm' };
  const storm = { ...base, labels, who: machine('looker', project), runMs: 2 * hourMs, readGib: 200, slots: 50 };
  return Array.from({ length: stormJobs }, (_, number) =>
    rowOf({ ...storm, id: `${id}-${number}`, createdAtMs: base.createdAtMs + number * 500, query: 'storm' }),
  );
}

/** Incidents fall on days spread evenly over the period, each kind on its own. */
function incidentsOf(day: Day, dayNumber: number, { incidents, days, projects }: QuarterOptions): readonly Row[] {
  return incidentKinds.flatMap((kind, kindNumber) =>
    Array.from({ length: incidents }, (_, index) => index).flatMap((index) => {
      const onDay = Math.floor(((index + 0.5) * days) / incidents + kindNumber) % days;
      const inProject = (index * 7 + kindNumber * 3) % projects;
      return onDay === dayNumber && inProject === day.project ? planted(kind, index, day) : [];
    }),
  );
}

/** The last two and the first three days of a month, in the plain calendar. */
function isMonthEnd(atMs: number): boolean {
  const inTwoDays = new Date(atMs + 2 * dayMs).getUTCDate();
  return new Date(atMs).getUTCDate() <= 3 || inTwoDays <= 2;
}

/** The rows of a history, day by day and project by project, one after the other. */
export function* historyOf(options: QuarterOptions): Generator<Row> {
  const random = randomOf(options.seed);
  const firstMs = Date.parse(`${options.from}T00:00:00Z`);
  let count = 0;
  const next = () => (count += 1);
  for (let dayNumber = 0; dayNumber < options.days; dayNumber += 1) {
    const atMs = firstMs + dayNumber * dayMs;
    const isWorking = ![0, 6].includes(new Date(atMs).getUTCDay());
    for (let project = 0; project < options.projects; project += 1) {
      const day: Day = { random, project, atMs, isWorking, isMonthEnd: isMonthEnd(atMs), next };
      yield* ordinary(day, options.jobsADay);
      yield* incidentsOf(day, dayNumber, options);
    }
  }
}
