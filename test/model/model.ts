import fc from 'fast-check';
import { hours, minutes } from '../make.ts';
import { checkCases, checkNotices, checkRunaways } from './checks.ts';
import { expectPromises, firstJobs, happenings, type Real } from './commands.ts';
import { put, type Model } from './plain.ts';
import { policies } from './policies.ts';
import { aSimulation, type Simulation } from './simulation.ts';
import type { Bent } from './watching.ts';

async function sweepAndDeliver(sim: Simulation, times: number, everyMs: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await sim.clock.advance(everyMs);
    await sim.sweep();
    await sim.deliver();
  }
}

/** All is well again, and stays so for a day. */
async function recover(sim: Simulation): Promise<void> {
  sim.faults.heal();
  sim.set.stop = false;
  sim.set.latencyMs = 0;
  sim.set.setClock(0);
  sim.set.policy = policies.generous;
  // Instances that stood still come to their end as well.
  await sim.clock.advance(hours(1));
  await sweepAndDeliver(sim, 8, minutes(1));
  await sweepAndDeliver(sim, 6, minutes(20));
  await sweepAndDeliver(sim, 4, hours(2));
}

type Happened = Iterable<fc.AsyncCommand<Model, Real>>;

/** One run: whatever happens, and then a day in which all is well. Throws for a promise that was broken. */
async function run(
  begins: readonly Parameters<typeof put>[2][],
  happens: Happened,
  about: { readonly scheduler: fc.Scheduler; readonly bent: Bent },
): Promise<void> {
  const model: Model = { jobs: new Map() };
  const mayBeCancelled = (id: string) => model.jobs.get(id)?.mayBeCancelled ?? false;
  const sim = aSimulation({ policy: policies.usual, mayBeCancelled, ...about });
  for (const job of begins) put(model, sim, job);
  await fc.asyncModelRun(() => ({ model, real: { sim } }), happens);
  await recover(sim);
  checkRunaways(sim, model);
  for (const id of model.jobs.keys()) sim.service.finish(id);
  await sweepAndDeliver(sim, 4, minutes(5));
  checkCases(sim);
  checkNotices(sim);
  expectPromises(sim);
}

/** How the property is checked: `replay` repeats the commands of a run that failed, `onRun` hears of each run. */
interface HowToHold {
  readonly bent?: Bent | undefined;
  readonly replay?: string | undefined;
  readonly onRun?: (() => void) | undefined;
}

const maxCommands = 20;

/** The property of all runs. */
export function theModelHolds({ replay, onRun, bent = {} }: HowToHold = {}) {
  const about = { maxCommands, size: 'max' as const, ...(replay === undefined ? {} : { replayPath: replay }) };
  return fc.asyncProperty(
    firstJobs,
    fc.commands(happenings, about),
    fc.scheduler(),
    async (begins, happens, scheduler) => {
      onRun?.();
      await run(begins, happens, { scheduler, bent });
    },
  );
}
