import type { Job } from '../../../shared/jobs/job.ts';
import { aJob, hours, minutes, tib } from '../../make.ts';
import type { Random } from '../random.ts';

// Synthetic: no such project, person or job exists.

/** A job that goes on until it is cancelled, or ends by itself. Times are epoch ms. */
export interface Runaway {
  readonly id: string;
  readonly label: string;
  readonly startedAtMs: number;
  /** When it is over its limit; Infinity: never, because it ends before. */
  readonly breaksAtMs: number;
  readonly endsAtMs: number;
  /** What it has used by then. */
  readonly usedBy: (atMs: number) => Pick<Job, 'bytesProcessed' | 'slotMs'>;
}

/** Limits on time, by the label of the jobs they are for. */
export const timeLimits = { t1: 1, t2: 2, t5: 5, t10: 10, t20: 20, t30: 30, t60: 60, t120: 120 } as const;
export const slotLimit = 60;
export const bytesLimit = tib(10);
const never = Number.POSITIVE_INFINITY;

/** Jobs that pass limits of 1 min to 2 h on time, at any moment between two. */
export function timeCrowd(
  random: Random,
  count: number,
  [fromMs, toMs]: readonly [number, number],
): readonly Runaway[] {
  const labels = Object.entries(timeLimits);
  return Array.from({ length: count }, (_, index) => {
    const [label, limitMin] = labels[random.below(labels.length)] ?? ['t30', 30];
    const startedAtMs = Math.round(fromMs + random.next() * (toMs - fromMs)) - minutes(limitMin);
    const breaksAtMs = startedAtMs + minutes(limitMin) + 1;
    return { id: `job-${index}`, label, startedAtMs, breaksAtMs, endsAtMs: never, usedBy: () => ({ slotMs: 1 }) };
  });
}

/** A pace that changes every 20 s or so, by a factor that is log-normal with sigma 0.5: the work done by each moment. */
function workOf(random: Random, lengthMs: number) {
  const pieces: { atMs: number; done: number; pace: number }[] = [];
  let done = 0;
  for (let atMs = 0; atMs < lengthMs;) {
    const pace = random.logNormal(1, 0.5);
    pieces.push({ atMs, done, pace });
    const ms = 1000 - Math.log(1 - random.next()) * 19_000;
    done += pace * ms;
    atMs += ms;
  }
  return (atMs: number): number => {
    const piece = pieces.findLast((one) => one.atMs <= atMs);
    return piece === undefined ? 0 : piece.done + (atMs - piece.atMs) * piece.pace;
  };
}

/**
 * Jobs that pass a limit on slot time or bytes after 2 min to 2 h, at any moment between two; one in four ends by itself
 * in the last tenth of that way.
 */
export function usingCrowd(
  random: Random,
  count: number,
  [fromMs, toMs]: readonly [number, number],
): readonly Runaway[] {
  return Array.from({ length: count }, (_, index) => {
    const ranMs = Math.round(minutes(2) * 60 ** random.next());
    const breaksAtMs = Math.round(fromMs + random.next() * (toMs - fromMs));
    const startedAtMs = breaksAtMs - ranMs;
    const work = workOf(random, ranMs + hours(1));
    const share = (atMs: number) => work(atMs - startedAtMs) / work(ranMs);
    const endsEarly = random.chance(0.25);
    const endsAtMs = endsEarly ? Math.round(breaksAtMs - random.next() * 0.1 * ranMs) : never;
    const label = random.chance(0.5) ? 'slots' : 'bytes';
    return {
      id: `job-${index}`,
      label,
      startedAtMs,
      breaksAtMs: endsEarly ? never : breaksAtMs,
      endsAtMs,
      usedBy: (atMs) =>
        label === 'slots'
          ? { slotMs: Math.round(hours(slotLimit) * share(atMs)), bytesProcessed: 0 }
          : { slotMs: 0, bytesProcessed: Math.round(bytesLimit * share(atMs)) },
    };
  });
}

/** Its record at a moment; what it has used is `lagMs` old. Undefined before it starts. */
export function recordOf(
  one: Runaway,
  atMs: number,
  { lagMs, stoppedAtMs = never }: { lagMs: number; stoppedAtMs?: number | undefined },
): Job | undefined {
  if (one.startedAtMs > atMs) return undefined;
  const endedAtMs = Math.min(one.endsAtMs, stoppedAtMs);
  const { id, label, startedAtMs, usedBy } = one;
  const used = usedBy(Math.max(startedAtMs, Math.min(atMs, endedAtMs) - lagMs));
  const job = aJob({ id, labels: { kind: label }, createdAtMs: startedAtMs - 200, startedAtMs, ...used });
  if (atMs < endedAtMs) return job;
  const how =
    endedAtMs === stoppedAtMs
      ? {
          how: 'stopped' as const,
          reason: 'stopped',
          message: 'Job execution was cancelled: User requested cancellation',
        }
      : { how: 'succeeded' as const };
  return { ...job, state: 'done', endedAtMs, end: how };
}
