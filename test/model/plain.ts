import { behaviours, jobOf, kinds, type BehaviourName, type KindName } from './jobs.ts';
import { slotLimitMs } from './policies.ts';
import type { Simulation } from './simulation.ts';

/** A job that would pass its limit on slot time after `leftMs`, and uses no more of it after `slowsAfterMs`. */
interface SlotUse {
  readonly leftMs: number;
  readonly slowsAfterMs: number;
}

/** The plain model: what there is, without any of the product's own ideas. */
export interface Model {
  readonly jobs: Map<string, { readonly behaviour: BehaviourName; mayBeCancelled: boolean }>;
}

/** Gives a job labels that keep it from every cancel. */
export function keep(model: Model, sim: Simulation, id: string, labels: Record<string, string>): void {
  const known = model.jobs.get(id);
  if (known !== undefined) known.mayBeCancelled = false;
  sim.service.change(id, { labels });
}

/** Lets a job appear. */
export function put(
  model: Model,
  sim: Simulation,
  job: { kind: KindName; behaviour: BehaviourName; runTimeMs: number; uses?: SlotUse | undefined },
): void {
  const { kind, behaviour, runTimeMs, uses } = job;
  const id = `job-${model.jobs.size + 1}`;
  model.jobs.set(id, { behaviour, mayBeCancelled: kinds[kind].mayBeCancelled });
  const nowMs = sim.clock.now();
  const pace = uses && { perMs: slotLimitMs / (runTimeMs + uses.leftMs), untilMs: nowMs + uses.slowsAfterMs };
  sim.service.put({
    job: jobOf(kind, id, { nowMs, runTimeMs }),
    onCancel: behaviours[behaviour],
    ...(pace && { uses: pace }),
  });
}

/** The id of the job that appeared last. */
export const newest = (model: Model) => `job-${model.jobs.size}`;
