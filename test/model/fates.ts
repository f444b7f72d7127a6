import fc from 'fast-check';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { hours, minutes, seconds } from '../make.ts';
import type { At, Fate } from './instance.ts';
import { behaviours } from './jobs.ts';
import { policies } from './policies.ts';
import { keep, newest, type Model } from './plain.ts';
import type { Simulation } from './simulation.ts';

/** Where something happens to an instance of `watch`: often around its cancels, and what it writes for them. */
export const anAt: fc.Arbitrary<At> = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) },
  {
    weight: 3,
    arbitrary: fc.record({
      nth: fc.constantFrom(1, 2, 2, 3),
      label: fc.constantFrom('get job', 'read the stop switch', 'cancel', 'put ledger', 'publish'),
      back: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      nth: fc.constantFrom(1, 2),
      label: fc.constantFrom('list', 'get ledger', 'get receipts', 'read the policy'),
      back: fc.boolean(),
    }),
  },
);
/** Where something happens to an instance of `notify`. */
export const anAtOfNotify: fc.Arbitrary<At> = fc.oneof(
  fc.integer({ min: 1, max: 30 }),
  fc.record({
    nth: fc.constantFrom(1, 1, 2),
    label: fc.constantFrom(
      'send',
      'send',
      'put claims',
      'get claims',
      'put receipts',
      'get receipts',
      'dead letter',
      'delete claims',
    ),
    back: fc.boolean(),
  }),
);

/** What may happen around a sweep while it is under way. */
const meanwhiles = {
  'the stop switch is set': (_: Model, sim: Simulation) => void (sim.set.stop = true),
  'a freeze is put into the policy': (_: Model, sim: Simulation) => void (sim.set.policy = policies.frozen),
  'the newest job is labelled to be kept': (model: Model, sim: Simulation) =>
    keep(model, sim, newest(model), { jobwarden: 'keep' }),
  'the newest job ends': (model: Model, sim: Simulation) => sim.service.finish(newest(model)),
  'another job takes the id of the newest one': (model: Model, sim: Simulation) => {
    const job = sim.service.look({ id: newest(model) });
    if (job === undefined || job.state === 'done') return;
    const { createdAtMs = 0 } = job;
    sim.service.put({ job: { ...job, createdAtMs: createdAtMs + 1 }, onCancel: behaviours['stops after 2 s'] });
  },
  'the clocks go two hours ahead': (_: Model, sim: Simulation) => sim.set.setClock(hours(2)),
} as const;
type Meanwhile = keyof typeof meanwhiles;
const meanwhileNames = Object.keys(meanwhiles).filter((name): name is Meanwhile => name in meanwhiles);

/** A fate as it is generated: what happens meanwhile by its name. */
interface Plan extends Pick<Fate, 'ends' | 'standsStill'> {
  readonly meanwhile?: { readonly at: At; readonly what: Meanwhile };
}

/** Most instances meet nothing; the others end, stand still, or see the world change, somewhere. */
export function aPlan(at: fc.Arbitrary<At>): fc.Arbitrary<Plan> {
  const ms = fc.constantFrom(seconds(20), seconds(50), seconds(57), seconds(57), minutes(3), minutes(20));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<Plan>({}) },
    { weight: 2, arbitrary: fc.record({ ends: at }) },
    { weight: 1, arbitrary: fc.record({ standsStill: fc.record({ at, ms }) }) },
    { weight: 2, arbitrary: fc.record({ meanwhile: fc.record({ at, what: fc.constantFrom(...meanwhileNames) }) }) },
  );
}

function placeOf(at: At): string {
  if (typeof at === 'number') return `its call ${at}`;
  return `its ${at.label} number ${at.nth}${at.back ? ', on the way back' : ''}`;
}

/** What befalls it, as the end of a sentence. */
export function wordsOf({ ends, standsStill, meanwhile }: Plan): string {
  if (ends !== undefined) return `, which ends at ${placeOf(ends)}`;
  if (meanwhile !== undefined) return `; at ${placeOf(meanwhile.at)} ${meanwhile.what}`;
  if (standsStill === undefined) return '';
  return `, which stands still for ${formatDuration(standsStill.ms)} at ${placeOf(standsStill.at)}`;
}

/** The fate as it is carried out. */
export function fateOf({ meanwhile, ...fate }: Plan, model: Model, sim: Simulation): Fate {
  if (meanwhile === undefined) return fate;
  const { at, what } = meanwhile;
  return { ...fate, meanwhile: { at, happens: () => meanwhiles[what](model, sim) } };
}
