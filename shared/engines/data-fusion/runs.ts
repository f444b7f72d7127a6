import type { JobRef } from '../../jobs/job.ts';
import type { CallBudget, Page, TargetRef } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { again, wordsOf } from './again.ts';
import { atOnce } from '../http/at-once.ts';
import { briefly } from '../http/failure.ts';
import type { Connection } from './connection.ts';
import type { RunKind, RunName } from './id.ts';
import { isRunKind } from './id.ts';
import type { Instance, Instances, Place } from './instances.ts';
import { instanceAt } from './instances.ts';
import type { Inside } from './inside.ts';
import { activeRuns, namespacesIn, pipelinesIn, runAt, stopRunAt } from './inside.ts';
import type { Finding, Reading } from './operation-record.ts';
import { placeOf } from './place.ts';
import { readRun } from './run-record.ts';

const instancesAtOnce = 4;
const pipelinesAtOnce = 8;

/** Instances in these states run no pipelines (Data Fusion REST reference, Instance.State). */
const asleep = new Set(['CREATING', 'DELETING', 'DISABLED']);
const awake = new Set(['RUNNING', 'ACTIVE']);

type Found = { readonly pages: readonly Page[] } | { readonly instance: string; readonly failed: EngineError };

/**
 * The active runs of the pipelines in all instances of a location, a page per namespace. An instance that cannot be looked
 * in keeps nobody waiting; when all others have been read, the listing fails with its sentence.
 */
export async function* runPages(
  target: TargetRef & Place,
  known: Instances,
  on: Connection,
  budget: CallBudget,
): AsyncGenerator<Page> {
  const open = known.instances.filter(({ state }) => awake.has(state));
  const closed = known.instances.filter(({ state }) => !awake.has(state) && !asleep.has(state));
  const unreachable = [...known.unreachable, ...closed.map(({ id, state }) => `${id} (${state || 'no state'})`)];
  if (unreachable.length > 0) yield { jobs: [], unreadable: [], unreachable };
  const failures: Exclude<Found, { pages: unknown }>[] = [];
  for await (const found of atOnce(open, instancesAtOnce, (one) => pagesOf(one, target, on, budget))) {
    if ('failed' in found) failures.push(found);
    else yield* found.pages;
  }
  const [first] = failures;
  if (first !== undefined) throw notAll(first, failures, open.length);
}

function notAll(first: { instance: string; failed: EngineError }, all: readonly unknown[], of: number): EngineError {
  const { failed, instance } = first;
  const more =
    all.length > 1 ? `${all.length} of ${of} instances, one of them ${instance}` : `the instance ${instance}`;
  const says = `${more} could not be looked in: ${wordsOf(failed)}`;
  return again(failed, says);
}

async function pagesOf(
  instance: Instance,
  target: TargetRef & Place,
  on: Connection,
  budget: CallBudget,
): Promise<Found> {
  try {
    const inside = insideOf(instance, on);
    const pages: Page[] = [];
    for (const namespace of await namespacesIn(inside, budget)) {
      pages.push(await pageOf({ instance, inside, namespace, target }, budget));
    }
    return { pages };
  } catch (error) {
    if (error instanceof EngineError) return { instance: instance.id, failed: error };
    throw error;
  }
}

interface Spot {
  readonly instance: Instance;
  readonly inside: Inside;
  readonly namespace: string;
  readonly target: TargetRef & Place;
}

async function pageOf(spot: Spot, budget: CallBudget): Promise<Page> {
  const { instance, inside, namespace, target } = spot;
  const finding = { target: target.name, project: target.project, location: target.location, instance };
  const kinds = (target.kinds ?? ['pipeline']).filter(isRunKind);
  const lists = await Promise.all(kinds.map((kind) => pipelinesIn(inside, { kind, namespace }, budget)));
  const pipelines = lists.flat();
  const found = new Map<string, Reading>();
  for await (const runs of atOnce(pipelines, pipelinesAtOnce, (one) => activeRuns(inside, one, budget))) {
    // A run that went on to another state between two calls is in both answers.
    for (const { record, name } of runs) found.set(`${name.pipeline}/${name.run}`, reading(record, name, finding));
  }
  const jobs = [...found.values()].flatMap((one) => ('job' in one && one.job.state !== 'done' ? [one.job] : []));
  return { jobs, unreadable: [], unreachable: [] };
}

const reading = (record: unknown, name: RunName, finding: Finding): Reading => readRun(record, name, finding);

function insideOf(instance: Instance, on: Connection): Inside {
  if (instance.apiEndpoint !== undefined) {
    return { request: on.requestInside, base: on.inside(instance.apiEndpoint), instance: instance.id };
  }
  const says = `the instance ${briefly(instance.id)} (${instance.state}) names no address of its API`;
  throw new EngineError('data-fusion', says, { failure: 'rejected', retryable: true });
}

/** The present record of a run; undefined where there is no such run, pipeline or instance. */
export async function runOf(
  ref: JobRef,
  name: RunName,
  on: Connection,
  budget: CallBudget,
): Promise<Exclude<Reading, { unreadable: string }> | undefined> {
  const place = placeOf(ref);
  const instance = await instanceAt({ ...place, instance: name.instance }, on, budget);
  if (instance === undefined) return undefined;
  const record = await runAt(insideOf(instance, on), name, budget);
  const found = readRun(record, name, { ...place, target: ref.target, instance });
  return 'job' in found ? found : undefined;
}

/** Asks for one run to be stopped. False where its instance is gone. */
export async function stopRun(ref: JobRef, name: RunName, on: Connection, budget: CallBudget): Promise<boolean> {
  const instance = await instanceAt({ ...placeOf(ref), instance: name.instance }, on, budget);
  if (instance === undefined) return false;
  await stopRunAt(insideOf(instance, on), name, budget);
  return true;
}

/** Whether a target looks for runs at all. */
export function wantsRuns(kinds: readonly string[] | undefined): boolean {
  return (kinds ?? ['pipeline']).some((kind): kind is RunKind => isRunKind(kind));
}
