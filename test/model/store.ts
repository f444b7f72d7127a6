import { ObjectsError, type Found, type Objects } from '../../shared/objects/objects.ts';
import type { SimClock } from './clock.ts';
import type { Fault, FaultAt, Faults } from './faults.ts';
import type { Instance } from './instance.ts';

/** What lies behind the stores of all instances: the objects, the clock, and who looks on. */
export interface StoreRoom {
  readonly objects: Objects;
  readonly clock: SimClock;
  readonly faults: Faults;
  /** Something was written, and stands there now. */
  readonly wrote: (name: string, bytes: Uint8Array) => void;
  /** A write did not go as it should. */
  readonly disturbed: (name: string) => void;
  readonly slowMs: number;
}

type Kind = 'ledger' | 'claims' | 'receipts';

function kindOf(name: string): Kind {
  if (name.startsWith('claims/')) return 'claims';
  return name.startsWith('receipts/') ? 'receipts' : 'ledger';
}

function failure(says: string, unsettled: boolean): ObjectsError {
  return new ObjectsError(says, { failure: 'server', retryable: true, unsettled });
}

const forever = { untilMs: Infinity, signal: new AbortController().signal };

/** Somebody else writes the same again: the bytes stay, the generation does not. */
async function writeAgain(objects: Objects, name: string): Promise<void> {
  const found: Found | undefined = await objects.get(name, forever);
  if (found !== undefined) await objects.put(name, { bytes: found.bytes, ifGeneration: found.generation }, forever);
}

type StoreFault = FaultAt<Kind>;

const fitting =
  (kind: Kind, hows: readonly StoreFault['how'][]) =>
  (fault: Fault): fault is StoreFault =>
    fault.on === kind && hows.some((how) => how === fault.how);

async function slowly({ faults, clock, slowMs }: StoreRoom, kind: Kind): Promise<void> {
  const isSlow = faults.next(fitting(kind, ['slow'])) !== undefined;
  if (isSlow) await clock.wait(slowMs, new AbortController().signal);
}

/** The way of one instance to the objects, with what can go wrong on it. */
export function storeOf(room: StoreRoom, instance: Instance): Objects {
  const { objects, clock, faults, wrote, disturbed } = room;
  const call = <T>(verb: string, name: string, work: () => Promise<T>): Promise<T> =>
    instance.around(`${verb} ${name.slice(0, 60)}`, async () => {
      await slowly(room, kindOf(name));
      return work();
    });
  return {
    place: objects.place,
    get: (name, budget, generation) =>
      call('get', name, async () => {
        if (faults.next(fitting(kindOf(name), ['cannot read'])) !== undefined)
          throw failure(`get of ${name}: 503`, false);
        return clock.still(objects.get(name, budget, generation));
      }),
    put: (name, write, budget) =>
      call('put', name, async () => {
        const how = faults.next(fitting(kindOf(name), ['cannot write', 'lost answer', 'somebody else writes']));
        if (how !== undefined) disturbed(name);
        if (how === 'cannot write') throw failure(`put of ${name}: 503`, false);
        if (how === 'somebody else writes') await clock.still(writeAgain(objects, name));
        const answer = await clock.still(objects.put(name, write, budget));
        if (answer !== 'lost') wrote(name, write.bytes);
        if (how === 'lost answer') throw failure(`put of ${name}: no answer`, true);
        return answer;
      }),
    delete: (name, about, budget) =>
      call('delete', name, async () => {
        const how = faults.next(fitting(kindOf(name), ['cannot write', 'lost answer']));
        if (how !== undefined) disturbed(name);
        if (how === 'cannot write') throw failure(`delete of ${name}: 503`, false);
        const gone = await clock.still(objects.delete(name, about, budget));
        if (how === 'lost answer') throw failure(`delete of ${name}: no answer`, true);
        return gone;
      }),
    list: async function* (prefix, budget) {
      const entries = objects.list(prefix, budget)[Symbol.asyncIterator]();
      for (;;) {
        const next = await clock.still(entries.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
    versions: (name, budget) => objects.versions(name, budget),
  };
}
