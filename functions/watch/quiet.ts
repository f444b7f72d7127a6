import { namedTargets, type Compiled } from '../../shared/evaluate/compile.ts';
import { listEveryMs } from '../../shared/evaluate/list-every.ts';
import type { TargetRef } from '../../shared/engines/engine.ts';
import type { TargetReport } from './sight.ts';

/** A place without jobs for so long is quiet. */
const quietAfterMs = 3_600_000;
const sweepMs = 60_000;
/** Sweeps do not begin on the millisecond. */
const jitterMs = 30_000;

interface Known {
  /** When a job was seen there last, or where there was none, when it was listed first. */
  readonly awakeMs: number;
  readonly listedMs: number;
}

/** What an instance remembers of the places it listed; another instance begins anew, and lists them all. */
export interface QuietPlaces {
  /** Those of the targets that have to be listed in the sweep that begins now, in their order. */
  due<Target extends TargetRef>(targets: readonly Target[], compiled: Compiled, nowMs: number): readonly Target[];
  /** Notes what was seen of the targets that were listed, and forgets those that are no targets any more. */
  note(seen: readonly TargetReport[], all: ReadonlySet<string>, nowMs: number): void;
}

/** Spreads places that became quiet at once over the sweeps. */
function turnOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) >>> 0;
  return hash;
}

function isDue(target: TargetRef, { awakeMs, listedMs }: Known, about: { compiled: Compiled; nowMs: number }): boolean {
  const { compiled, nowMs } = about;
  if (nowMs - awakeMs < quietAfterMs) return true;
  const everyMs = listEveryMs(compiled, { ...target, target: target.name });
  const isItsTurn = (Math.floor(nowMs / sweepMs) + turnOf(target.name)) % (everyMs / sweepMs) === 0;
  return isItsTurn || nowMs - listedMs >= everyMs - jitterMs;
}

/** Knows no place yet. */
export function quietPlaces(): QuietPlaces {
  const places = new Map<string, Known>();
  return {
    due: (targets, compiled, nowMs) => {
      // What the policy names itself is listed in every sweep; what was found below a folder may be quiet.
      const named = new Set(namedTargets(compiled.policy).map(({ name }) => name));
      return targets.filter((target) => {
        const known = named.has(target.name) ? undefined : places.get(target.name);
        return known === undefined || isDue(target, known, { compiled, nowMs });
      });
    },
    note: (seen, all, nowMs) => {
      for (const name of places.keys()) if (!all.has(name)) places.delete(name);
      for (const { target, jobs, complete } of seen) {
        const known = places.get(target);
        // What was not seen to the end may have jobs.
        const isAwake = jobs > 0 || !complete || known === undefined;
        places.set(target, { awakeMs: isAwake ? nowMs : known.awakeMs, listedMs: nowMs });
      }
    },
  };
}
