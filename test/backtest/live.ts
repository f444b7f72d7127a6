import { eventName } from '../../shared/audit/event.ts';
import { backtest } from '../../shared/backtest/backtest.ts';
import type { Page, TargetRef } from '../../shared/engines/engine.ts';
import { jobAt, type PastJob } from '../../shared/history/past-job.ts';
import { jobName, type Job, type JobRef } from '../../shared/jobs/job.ts';
import { aPolicy, minutes, nowMs, type WrittenPolicy } from '../make.ts';
import { aWorld, whoIsTold, type TestWorld } from '../watch/a-world.ts';
import { byCancel } from '../watch/memory-engine.ts';
import { deliver } from '../watch/delivery.ts';

// Synthetic: no such project, person, job or policy exists.

/** One thing that was done to a job by a rule, and in which minute; cancels to the millisecond. */
export type Deed = string;

const deed = (did: string, { id, rule, atMs }: { id: string; rule: string; atMs: number }): Deed =>
  `${did} ${id} by ${rule} at +${((atMs - nowMs) / 1000).toFixed(3)} s`;

/** An engine whose jobs live the lives that were given, until somebody cancels them. */
function livingEngine(lives: readonly PastJob[], clock: () => number) {
  const cancelledAtMs = new Map<string, number>();
  const isOver = ({ id }: JobRef) => cancelledAtMs.has(id);
  const final = (life: PastJob): Job => {
    const atMs = cancelledAtMs.get(life.final.id);
    if (atMs === undefined) return { ...life.final, state: 'done', endedAtMs: life.endedAtMs };
    return { ...life.final, state: 'done', endedAtMs: atMs, end: byCancel };
  };
  const now = (life: PastJob) => (isOver(life.final) ? undefined : jobAt(life, clock()));
  async function* list(target: TargetRef): AsyncGenerator<Page> {
    const jobs = lives.flatMap((life) => now(life) ?? []).filter((job) => job.target === target.name);
    yield { jobs, unreachable: [], unreadable: [] };
  }
  const lifeOf = ({ id }: JobRef) => lives.find((one) => one.final.id === id);
  const get = async (ref: JobRef) => {
    const life = lifeOf(ref);
    return life === undefined || clock() < life.createdAtMs ? undefined : (now(life) ?? final(life));
  };
  const cancel = async (job: Job) => {
    const life = lifeOf(job);
    if (life === undefined) return { kind: 'gone' as const };
    if (now(life) === undefined) return { kind: 'already-done' as const, job: final(life) };
    cancelledAtMs.set(job.id, clock());
    return { kind: 'accepted' as const };
  };
  return {
    opened: {
      sources: { bigquery: { engine: 'bigquery' as const, list, get, activeChildren: async () => [] } },
      cancellers: { bigquery: { cancel } },
    },
    cancelledAtMs,
  };
}

/** What the sweeps of an hour or so really do: one a minute, on the minute, and each message is read a minute later. */
export async function live(policy: WrittenPolicy, lives: readonly PastJob[], count: number): Promise<readonly Deed[]> {
  let world: TestWorld | undefined;
  const engine = livingEngine(lives, () => world?.clock.now() ?? nowMs);
  world = aWorld({ policy, engines: async () => engine.opened });
  for (let minute = 0; minute < count; minute += 1) {
    const atMs = nowMs + minutes(minute);
    await world.sweepAgain(minute === 0 ? 0 : minutes(1));
    await deliver(world, { atMs: atMs + minutes(1) });
  }
  return world.jobEvents().flatMap(({ type, data }) => {
    const { rule, job, when } = data;
    const said = { id: job.id, rule: rule.name };
    const atMs = Date.parse(when.measuredAt);
    const name = eventName(type);
    if (name === 'job.recorded') return deed('record', { ...said, atMs });
    if (name === 'job.warned' && rule.action === 'warn') return deed('warn', { ...said, atMs });
    const cancelled = engine.cancelledAtMs.get(job.id);
    if (name === 'cancel.confirmed' && cancelled !== undefined) return deed('cancel', { ...said, atMs: cancelled });
    return [];
  });
}

/** What the backtest says of the same lives. */
export function foretold(policy: WrittenPolicy, lives: readonly PastJob[]): readonly Deed[] {
  const test = backtest({ policy: aPolicy({ ...whoIsTold, ...policy }) });
  for (const life of lives) test.note(life);
  const ids = new Map(lives.map(({ final }) => [jobName(final), final.id]));
  return test.answer().verdicts.flatMap(({ did, job, rule, at }) => {
    const said = { id: ids.get(job) ?? job, rule, atMs: Date.parse(at) };
    return did === 'held back' ? [] : deed(did, said);
  });
}
