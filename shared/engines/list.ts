import type { EngineName } from '../jobs/job.ts';
import { closed, courseOf, progressOf, type Course, type Step } from './course.ts';
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

/**
 * How a listing is done: at most `concurrency` targets at a time of sources that do not pace themselves. `patience` begins
 * a wait: its signal says that it has been long enough.
 */
interface How {
  readonly budget: CallBudget;
  readonly concurrency: number;
  readonly patience?: (() => AbortSignal) | undefined;
}

/**
 * Lists all targets at once, as far as their sources may be asked at once, and hands each page on as it arrives. A target's next page is asked
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
  const running = progressOf(courses, how.concurrency);
  const { signal } = how.budget;
  while (!signal.aborted) {
    running.begin();
    if (!running.isLeft()) return;
    const patience = running.isOneEngineDone() ? how.patience?.() : undefined;
    const step = await running.next(patience === undefined ? signal : AbortSignal.any([signal, patience]));
    if (step === undefined) break;
    yield newsOf(step);
    if ('next' in step && step.next.done !== true) running.again(step.course);
  }
  const failure = signal.aborted ? outOfTime : tooSilent;
  for (const target of running.left()) yield { target, failed: failure(target) };
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
