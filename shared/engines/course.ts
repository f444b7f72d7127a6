import type { EngineName } from '../jobs/job.ts';
import type { CallBudget, JobSource, Page, TargetRef } from './engine.ts';
import { EngineError } from './engine.ts';

/** One target that is being listed, and what is known of it so far. */
export interface Course {
  readonly target: TargetRef;
  readonly isPaced: boolean;
  readonly unreachable: Set<string>;
  whole: boolean;
  /** The next page; the pages themselves are not kept. */
  readonly next: () => Promise<IteratorResult<Page>>;
  readonly close: () => Promise<unknown>;
}

/** What came of asking a target for its next page. */
export type Step = { readonly course: Course } & (
  | { readonly next: IteratorResult<Page> }
  | { readonly error: unknown }
);

/** A target at its start; its source is not asked before the first step. */
export function courseOf(target: TargetRef, source: JobSource | undefined, budget: CallBudget): Course {
  let pages: AsyncIterator<Page> | undefined;
  const open = (): AsyncIterator<Page> => {
    if (source !== undefined) return source.list(target, budget)[Symbol.asyncIterator]();
    const says = `${target.name} cannot be listed, this engine was not opened`;
    throw new EngineError(target.engine, says, { failure: 'rejected', retryable: false });
  };
  return {
    target,
    isPaced: source?.isPaced === true,
    unreachable: new Set(),
    whole: true,
    next: async () => (pages ??= open()).next(),
    close: async () => pages?.return?.(),
  };
}

/** Tells a source that nobody wants more of it; how it takes that is its own affair. */
export async function closed(course: Course): Promise<void> {
  try {
    await course.close();
  } catch {
    // It has been said already, or nobody is listening any more.
  }
}

async function stepOf(course: Course): Promise<Step> {
  try {
    return { course, next: await course.next() };
  } catch (error) {
    return { course, error };
  }
}

/** Steps in the order in which they were ready. */
function queueOfSteps() {
  const ready: Step[] = [];
  let wake = (): void => undefined;
  return {
    add(step: Step): void {
      ready.push(step);
      wake();
    },
    /** The next step; undefined when the signal fires before there is one. */
    async take(signal: AbortSignal): Promise<Step | undefined> {
      if (ready.length > 0) return ready.shift();
      await new Promise<void>((resolve) => {
        wake = () => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
        if (signal.aborted) wake();
      });
      return signal.aborted ? undefined : ready.shift();
    },
  };
}

/**
 * Asks the targets for their pages: all of those whose source paces itself, and at most `concurrency` of the others. Steps
 * are given out in the order in which they were ready, so that a target of many pages keeps nobody waiting.
 */
export function progressOf(courses: readonly Course[], concurrency: number) {
  const waiting = new Set(courses);
  const active = new Set<Course>();
  const left = new Map<EngineName, number>();
  const steps = queueOfSteps();
  let unpaced = 0;
  const count = ({ target: { engine } }: Course, by: number) => void left.set(engine, (left.get(engine) ?? 0) + by);
  for (const course of courses) count(course, 1);
  const again = (course: Course): void => {
    active.add(course);
    if (!course.isPaced) unpaced += 1;
    void stepOf(course).then((step) => steps.add(step));
  };
  return {
    /** Begins with as many targets as there may be under way. */
    begin(): void {
      for (const course of waiting) {
        if (!course.isPaced && unpaced >= Math.max(1, concurrency)) continue;
        waiting.delete(course);
        again(course);
      }
    },
    again,
    /** The next step that anybody takes; undefined when the signal fires first. */
    async next(signal: AbortSignal): Promise<Step | undefined> {
      const step = await steps.take(signal);
      if (step === undefined) return undefined;
      active.delete(step.course);
      if (!step.course.isPaced) unpaced -= 1;
      if ('error' in step || step.next.done === true) count(step.course, -1);
      return step;
    },
    left: (): readonly TargetRef[] => [...active, ...waiting].map(({ target }) => target),
    isLeft: (): boolean => active.size + waiting.size > 0,
    /** Whether an engine is done with all of its targets, so that only others are still waited for. */
    isOneEngineDone: (): boolean => [...left.values()].some((targets) => targets === 0),
  };
}
