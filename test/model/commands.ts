import fc from 'fast-check';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { hours, minutes, seconds } from '../make.ts';
import { aFault } from './fault-kinds.ts';
import { anAt, anAtOfNotify, aPlan, fateOf, wordsOf } from './fates.ts';
import { behaviourNames, kindNames, type KindName } from './jobs.ts';
import { keep, put, type Model } from './plain.ts';
import { policies, policyNames, type PolicyName } from './policies.ts';
import type { Simulation } from './simulation.ts';

/** What one run works on. */
export interface Real {
  readonly sim: Simulation;
}

type Command = fc.AsyncCommand<Model, Real>;

/** Throws with everything that was promised and not held. */
export function expectPromises(sim: Simulation): void {
  const broken = sim.oracle.broken();
  if (broken.length > 0) throw new Error(`Broken promises:\n  ${broken.join('\n  ')}`);
}

function command(
  name: string,
  run: (model: Model, sim: Simulation) => Promise<unknown>,
  check?: Command['check'],
): Command {
  return {
    check: check ?? (() => true),
    run: async (model, { sim }) => {
      await run(model, sim);
      expectPromises(sim);
    },
    toString: () => name,
  };
}

const aKind = fc.oneof(fc.constantFrom<KindName>('plain', 'with grace'), fc.constantFrom(...kindNames));
const aRunTime = fc.oneof(
  fc.constantFrom(minutes(5), minutes(19), minutes(21), minutes(31), hours(2), hours(4)),
  // Limits that pass in the middle of a sweep.
  fc.integer({ min: minutes(29), max: minutes(30) + 2 }),
  fc.integer({ min: minutes(19), max: minutes(20) + 2 }),
);

const aJobToCome = fc.record({ kind: aKind, behaviour: fc.constantFrom(...behaviourNames), runTimeMs: aRunTime });

/** The jobs that a run begins with. */
export const firstJobs = fc.array(aJobToCome, { maxLength: 5 });

const appear = aJobToCome.map((job) =>
  command(`a job appears: ${job.kind}, ran ${formatDuration(job.runTimeMs)}, ${job.behaviour}`, async (model, sim) =>
    put(model, sim, job),
  ),
);

const aCrowd = fc
  .record({ kind: fc.constantFrom<KindName>('plain', 'with grace'), size: fc.integer({ min: 4, max: 14 }) })
  .map(({ kind, size }) =>
    command(`${size} jobs of one person appear: ${kind}`, async (model, sim) => {
      for (let count = 0; count < size; count += 1)
        put(model, sim, { kind, behaviour: 'stops after 2 s', runTimeMs: minutes(40) });
    }),
  );

const nthJob = (model: Model, nth: number) => [...model.jobs.keys()][nth % Math.max(1, model.jobs.size)] ?? '';
const hasJobs: Command['check'] = (model) => model.jobs.size > 0;

const end = fc
  .nat(20)
  .map((nth) =>
    command(
      `job ${nth} (modulo all) ends by itself`,
      async (model, sim) => sim.service.finish(nthJob(model, nth)),
      hasJobs,
    ),
  );

const relabel = fc
  .record({
    nth: fc.nat(20),
    labels: fc.constantFrom<Record<string, string>>({ jobwarden: 'keep' }, { exempt: 'yes' }),
  })
  .map(({ nth, labels }) =>
    command(
      `job ${nth} (modulo all) gets the labels ${JSON.stringify(labels)}`,
      async (model, sim) => {
        keep(model, sim, nthJob(model, nth), labels);
      },
      hasJobs,
    ),
  );

const edit = fc
  .constantFrom<PolicyName>('usual', 'usual', 'tight', 'tight', ...policyNames)
  .map((name) => command(`the policy is edited: ${name}`, async (_, sim) => (sim.set.policy = policies[name])));

const fault = aFault.map((one) =>
  command(`from now on, ${one.times} times: ${one.on} ${one.how}`, async (_, sim) => sim.faults.set(one)),
);

const heal = fc.constant(command('all is well again', async (_, sim) => sim.faults.heal()));

const latency = fc
  .constantFrom(0, 0, 300, 2000, 9000)
  .map((ms) => command(`the engine takes ${ms} ms for a call`, async (_, sim) => (sim.set.latencyMs = ms)));

const stop = fc
  .boolean()
  .map((on) => command(`the stop switch is ${on ? 'set' : 'taken away'}`, async (_, sim) => (sim.set.stop = on)));

const setClock = fc
  .constantFrom(0, 0, seconds(30), -seconds(50), minutes(2), -minutes(7), hours(3), -hours(2))
  .map((ms) => command(`the clocks of all machines are wrong by ${ms} ms`, async (_, sim) => sim.set.setClock(ms)));

const sweep = fc
  .record({ afterMs: fc.constantFrom(0, minutes(1), minutes(1), minutes(1), minutes(6), hours(1)), fate: aPlan(anAt) })
  .map(({ afterMs, fate }) =>
    command(`after ${formatDuration(afterMs)} a sweep${wordsOf(fate)}`, async (model, sim) => {
      await sim.clock.advance(afterMs);
      await sim.sweep(fateOf(fate, model, sim));
    }),
  );

const overlap = fc
  .record({ afterMs: fc.constantFrom(0, 0, 900, seconds(30), seconds(57)), first: aPlan(anAt), second: aPlan(anAt) })
  .map(({ afterMs, first, second }) =>
    command(
      `after 1 min a sweep${wordsOf(first)}; and ${afterMs} ms later another one${wordsOf(second)}`,
      async (model, sim) => {
        await sim.clock.advance(minutes(1));
        await sim.overlap(afterMs, [fateOf(first, model, sim), fateOf(second, model, sim)]);
      },
    ),
  );

/** A runaway of which the limit passes at a moment of the next sweep, or has passed, and something that befalls that sweep. */
const ambush = fc
  .record({
    behaviour: fc.constantFrom(...behaviourNames),
    leftMs: fc.constantFrom(-minutes(1), -1, 1, seconds(10), seconds(40), seconds(54), seconds(58), seconds(61)),
    afterMs: fc.constantFrom(undefined, undefined, 0, 900, seconds(20), seconds(57)),
    first: aPlan(anAt),
    second: aPlan(anAt),
  })
  .map(({ behaviour, leftMs, afterMs, first, second }) => {
    const other = afterMs === undefined ? '' : `, and ${afterMs} ms later another one${wordsOf(second)}`;
    const says = `a plain job appears whose limit passes in ${leftMs} ms, ${behaviour}; at once a sweep${wordsOf(first)}${other}`;
    return command(says, async (model, sim) => {
      put(model, sim, { kind: 'plain', behaviour, runTimeMs: minutes(30) - leftMs });
      const fate = fateOf(first, model, sim);
      if (afterMs === undefined) await sim.sweep(fate);
      else await sim.overlap(afterMs, [fate, fateOf(second, model, sim)]);
    });
  });

/** The same with a limit on slot time, which may pass in this sweep, or never because the job stops using any. */
const slotAmbush = fc
  .record({
    behaviour: fc.constantFrom(...behaviourNames),
    leftMs: fc.constantFrom(1, seconds(6), seconds(20), seconds(40), seconds(55), minutes(2)),
    slowsAfterMs: fc.constantFrom(0, seconds(10), seconds(50), hours(9), hours(9), hours(9)),
    afterMs: fc.constantFrom(undefined, undefined, 900, seconds(20), seconds(57)),
    first: aPlan(anAt),
    second: aPlan(anAt),
  })
  .map(({ behaviour, leftMs, slowsAfterMs, afterMs, first, second }) => {
    const other = afterMs === undefined ? '' : `, and ${afterMs} ms later another one${wordsOf(second)}`;
    const uses = `whose slot time passes its limit in ${leftMs} ms, and grows for ${slowsAfterMs} ms`;
    const says = `a plain job appears ${uses}, ${behaviour}; at once a sweep${wordsOf(first)}${other}`;
    return command(says, async (model, sim) => {
      put(model, sim, { kind: 'plain', behaviour, runTimeMs: minutes(15), uses: { leftMs, slowsAfterMs } });
      const fate = fateOf(first, model, sim);
      if (afterMs === undefined) await sim.sweep(fate);
      else await sim.overlap(afterMs, [fate, fateOf(second, model, sim)]);
    });
  });

const deliver = fc
  .record({ fate: aPlan(anAtOfNotify), copies: fc.constantFrom(1, 1, 2) })
  .map(({ fate, copies }) =>
    command(
      `notices are delivered${copies === 2 ? ', twice at once' : ''}, to an instance${wordsOf(fate)}`,
      async (model, sim) => sim.deliver({ fate: fateOf(fate, model, sim), copies }),
    ),
  );

const restart = fc.constant(command('all instances are new', async (_, sim) => sim.restart()));

/** Everything that can happen, with sweeps more often than the rest. */
export const happenings: fc.Arbitrary<Command>[] = [
  sweep,
  sweep,
  sweep,
  sweep,
  overlap,
  ambush,
  ambush,
  ambush,
  ambush,
  slotAmbush,
  slotAmbush,
  deliver,
  deliver,
  appear,
  appear,
  appear,
  aCrowd,
  aCrowd,
  end,
  relabel,
  edit,
  fault,
  fault,
  heal,
  latency,
  stop,
  setClock,
  restart,
];
