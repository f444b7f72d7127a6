import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { JobResource } from './bigquery/resource.ts';
import { scenarioJob, specOfScenarioJob } from './bigquery/scenario-job.ts';
import type { ScenarioJob } from './bigquery/scenario-job.ts';
import type { StandInBigQuery } from './bigquery/server.ts';

const scenario = z.strictObject({
  title: z.string().describe('One line about what happens.'),
  jobs: z.array(scenarioJob).min(1).describe('The jobs, in any order.'),
});

/** A story of jobs that the stand-in BigQuery can play. */
export type Scenario = z.output<typeof scenario>;

/** A scenario that was read, or everything that is wrong with it. */
export type LoadedScenario = { readonly scenario: Scenario } | { readonly problems: readonly Problem[] };

interface Source {
  readonly path: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

type Path = readonly PropertyKey[];

/** The line of the innermost thing on a path that is there: a missing key has the line of what lacks it. */
function lineOf({ document, lines }: Source, path: Path): number | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    const start: unknown = Array.isArray(range) ? range[0] : undefined;
    if (typeof start === 'number') return lines.linePos(start).line;
  }
  return undefined;
}

/** Where something stands, with the name of the job: `jobs[3] "cross join": ran`. */
function placeOf({ document }: Source, path: Path): string {
  const [list, index, ...rest] = path;
  if (list !== 'jobs' || typeof index !== 'number') return path.map(String).join('.') || 'the file';
  const name: unknown = document.getIn(['jobs', index, 'name']);
  const job = typeof name === 'string' ? `jobs[${index}] "${name}"` : `jobs[${index}]`;
  return rest.length > 0 ? `${job}: ${rest.map(String).join('.')}` : job;
}

function problem(source: Source, path: Path, says: string): Problem {
  const line = lineOf(source, path);
  return {
    code: 'bad-scenario',
    severity: 'error',
    where: placeOf(source, path),
    file: source.path,
    ...(line === undefined ? {} : { line }),
    says,
    try: 'Compare with the jobs of infra/local/scenarios/demo.yaml.',
  };
}

function sameIds(source: Source, jobs: readonly ScenarioJob[]): readonly Problem[] {
  const first = new Map<string, number>();
  return jobs.flatMap((job, index) => {
    if (job.id === undefined) return [];
    const address = `${job.project}:${job.location}.${job.id}`;
    const earlier = first.get(address);
    if (earlier === undefined) first.set(address, index);
    return earlier === undefined
      ? []
      : [problem(source, ['jobs', index, 'id'], `${address} is already the id of jobs[${earlier}]`)];
  });
}

/** Reads the text of a scenario; the path is for messages only. All problems are found at once. */
export function readScenario(text: string, path: string): LoadedScenario {
  const lines = new LineCounter();
  const source: Source = { path, document: parseDocument(text, { lineCounter: lines }), lines };
  if (source.document.errors.length > 0) {
    const problems = source.document.errors.map((error) => ({
      ...problem(source, [], error.message),
      line: lines.linePos(error.pos[0]).line,
    }));
    return { problems };
  }
  const parsed = scenario.safeParse(source.document.toJS());
  if (!parsed.success)
    return { problems: parsed.error.issues.map((issue) => problem(source, issue.path, issue.message)) };
  const problems = sameIds(source, parsed.data.jobs);
  return problems.length > 0 ? { problems } : { scenario: parsed.data };
}

/** Reads a scenario file; rejects only when the file cannot be read. */
export async function loadScenario(path: string): Promise<LoadedScenario> {
  try {
    return readScenario(await readFile(path, 'utf8'), path);
  } catch (cause) {
    throw new Error(`[scenario] ${path} cannot be read`, { cause });
  }
}

/** What happened to one job of a scenario: it was added, or the stand-in did not take it. */
export type ScenarioNews =
  | { readonly job: ScenarioJob; readonly added: JobResource }
  | { readonly job: ScenarioJob; readonly refused: unknown };

/** Adds every job at its moment from now on; stop() cancels those still to come. */
export function play(
  story: Scenario,
  bigquery: Pick<StandInBigQuery, 'addJob'>,
  tell: (news: ScenarioNews) => void = () => {},
): { readonly stop: () => void } {
  function add(job: ScenarioJob): void {
    try {
      tell({ job, added: bigquery.addJob(specOfScenarioJob(job)) });
    } catch (refused) {
      tell({ job, refused });
    }
  }
  const later = story.jobs.filter((job) => job.appears > 0);
  for (const job of story.jobs) if (job.appears === 0) add(job);
  const timers = later.map((job) => setTimeout(() => add(job), job.appears));
  return {
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
