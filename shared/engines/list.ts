import type { EngineName } from '../jobs/job.ts';
import type { CallBudget, JobSource, Page, TargetRef } from './engine.ts';
import { EngineError } from './engine.ts';

/** News of one target. Each has exactly one last word: `complete`, or `failed`. */
export type Listing =
  | { readonly target: TargetRef; readonly page: Page }
  | { readonly target: TargetRef; readonly failed: EngineError }
  | {
      readonly target: TargetRef;
      /** All pages were read, every record in them too, and no location was skipped. Else absence says nothing. */
      readonly complete: boolean;
      readonly unreachable: readonly string[];
    };

/** The sources that a sweep opened, by engine. */
export type Sources = Readonly<Partial<Record<EngineName, JobSource>>>;

/** How a listing is done. `patience` begins a wait: its signal says that it has been long enough. */
interface How {
  readonly budget: CallBudget;
  readonly concurrency: number;
  readonly patience?: (() => AbortSignal) | undefined;
}

/** One target under way, and what is known of it so far. */
interface Course {
  readonly target: TargetRef;
  readonly pages: AsyncGenerator<Page>;
  readonly unreachable: Set<string>;
  whole: boolean;
}

type Step = { readonly course: Course } & ({ readonly next: IteratorResult<Page> } | { readonly error: unknown });

/** The targets under way, each with the one step that is awaited. */
type Active = Map<Course, Promise<Step>>;

/**
 * Lists all targets, at most `concurrency` at a time, and hands each page on as it arrives. A target's next page is asked
 * for once its last one has been taken. A target that fails says so and disturbs no other; when the signal fires, those
 * that were not finished fail, and the listing ends. So it does when all of another engine is listed and nothing came
 * from those that are left for as long as `patience` lasts: an engine that hangs must not keep the others waiting. Never
 * throws.
 */
export async function* listAll(targets: readonly TargetRef[], sources: Sources, how: How): AsyncGenerator<Listing> {
  const stop = new AbortController();
  const budget = { ...how.budget, signal: AbortSignal.any([how.budget.signal, stop.signal]) };
  const courses = targets.map((target) => courseOf(target, sources[target.engine], budget));
  try {
    yield* merged(courses, how);
  } finally {
    stop.abort();
    for (const course of courses) void closed(course);
  }
}

async function* merged(courses: readonly Course[], how: How): AsyncGenerator<Listing> {
  const waiting = [...courses];
  const active: Active = new Map();
  const { signal } = how.budget;
  while (!signal.aborted) {
    for (const course of waiting.splice(0, Math.max(1, how.concurrency) - active.size))
      active.set(course, stepOf(course));
    if (active.size === 0) return;
    const isHeldUp = isAnotherDone(courses, [...active.keys(), ...waiting]);
    const patience = isHeldUp ? how.patience?.() : undefined;
    const step = await firstStep(active, patience === undefined ? signal : AbortSignal.any([signal, patience]));
    if (step === undefined) break;
    active.delete(step.course);
    yield newsOf(step);
    // Set anew, the course stands last, so that a target of many pages does not keep the others waiting.
    if ('next' in step && step.next.done !== true) active.set(step.course, stepOf(step.course));
  }
  const failure = signal.aborted ? outOfTime : tooSilent;
  for (const { target } of [...active.keys(), ...waiting]) yield { target, failed: failure(target) };
}

/** Whether an engine is done with all of its targets, so that only others are still waited for. */
function isAnotherDone(all: readonly Course[], left: readonly Course[]): boolean {
  const busy = new Set(left.map(({ target }) => target.engine));
  return all.some(({ target }) => !busy.has(target.engine));
}

function courseOf(target: TargetRef, source: JobSource | undefined, budget: CallBudget): Course {
  return { target, pages: pagesOf(target, source, budget), unreachable: new Set(), whole: true };
}

async function* pagesOf(target: TargetRef, source: JobSource | undefined, budget: CallBudget): AsyncGenerator<Page> {
  if (source !== undefined) return yield* source.list(target, budget);
  const says = `${target.name} cannot be listed, this engine was not opened`;
  throw new EngineError(target.engine, says, { failure: 'rejected', retryable: false });
}

async function stepOf(course: Course): Promise<Step> {
  try {
    return { course, next: await course.pages.next() };
  } catch (error) {
    return { course, error };
  }
}

/** The next step that anybody takes; undefined when the signal fires first. */
async function firstStep(active: Active, signal: AbortSignal): Promise<Step | undefined> {
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  const step = await Promise.race([aborted, ...active.values()]);
  signal.removeEventListener('abort', stop);
  return step;
}

function newsOf(step: Step): Listing {
  const { course } = step;
  const { target } = course;
  if ('error' in step) return { target, failed: asEngineError(target, step.error) };
  if (step.next.done === true) {
    return { target, complete: course.whole && course.unreachable.size === 0, unreachable: [...course.unreachable] };
  }
  const page = step.next.value;
  for (const place of page.unreachable) course.unreachable.add(place);
  if (page.unreadable.length > 0) course.whole = false;
  return { target, page };
}

function asEngineError(target: TargetRef, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const says = `listing ${target.name} failed in an unexpected way: ${why}`;
  return new EngineError(target.engine, says, { failure: 'malformed', retryable: false, cause: error });
}

function outOfTime(target: TargetRef): EngineError {
  const says = `${target.name} was not listed to its end, the time of this sweep is up`;
  return new EngineError(target.engine, says, { failure: 'timeout', retryable: true });
}

function tooSilent(target: TargetRef): EngineError {
  const says = `${target.name} gave no answer, and the other engines were not kept waiting for it any longer`;
  return new EngineError(target.engine, says, { failure: 'timeout', retryable: true });
}

/** Tells a source that nobody wants more of it; how it takes that is its own affair. */
async function closed(course: Course): Promise<void> {
  try {
    await course.pages.return(undefined);
  } catch {
    // It has been said already, or nobody is listening any more.
  }
}
