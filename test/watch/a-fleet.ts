import type { Request, Response } from '@google-cloud/functions-framework';
import { coordinate, type Sharing } from '../../functions/watch/coordinate.ts';
import { ledgersIn } from '../../functions/watch/ledgers.ts';
import { shardHandler } from '../../functions/watch/shard.ts';
import type { Summary } from '../../functions/watch/summary.ts';
import type { World } from '../../functions/watch/world.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { fleetStore } from '../../shared/ledger/fleet-store.ts';
import { mainLedger, shardTurn } from '../../shared/ledger/shards.ts';
import { readTurn, takeTurn } from '../../shared/ledger/turn.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { minutes } from '../make.ts';
import { aWorld, type Given, type TestWorld } from './a-world.ts';

// Synthetic: no such project, person, job or policy exists.

/** How a fleet begins: three shards above five targets, unless told otherwise. */
export interface FleetGiven extends Given {
  readonly shards?: number;
  readonly targetsPerSweep?: number;
  readonly identities?: readonly string[];
}

/** Whoever hands out and several shards, in one process and one memory, on a clock of their own. */
export interface TestFleet {
  readonly test: TestWorld;
  readonly objects: Objects;
  /** Every reading of an object, by its name. */
  readonly reads: readonly string[];
  readonly sharing: Sharing;
  /** What was handed out in the last sweep. */
  readonly messages: readonly TrailEvent[];
  /** Topics that refuse everything. */
  refuses: boolean;
  /** The sweep of whoever hands out; a minute after the last one. */
  coordinate(): Promise<Summary>;
  /** Delivers a message to a shard, and gives the status of its answer. */
  deliver(event: unknown): Promise<number>;
  /** A minute: whoever hands out, and then every shard that it asked. */
  minute(): Promise<Summary>;
  ledger(name: string): Promise<LedgerDocument>;
}

const pushed = (event: unknown) => ({ message: { data: Buffer.from(JSON.stringify(event)).toString('base64') } });

/** Answers as a push request to the function `shard` is answered. */
async function answered(handler: (a: Request, b: Response) => Promise<void>, body: unknown): Promise<number> {
  let status = 0;
  const response: Record<string, unknown> = {
    status: (code: number) => {
      status = code;
      return response;
    },
    end: () => response,
    set: () => response,
    json: () => response,
  };
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- only these parts of them are used
  await handler({ method: 'POST', body } as Request, response as unknown as Response);
  return status;
}

function counted(objects: Objects, reads: string[]): Objects {
  return {
    ...objects,
    get: (name, budget, generation) => {
      reads.push(name);
      return objects.get(name, budget, generation);
    },
  };
}

/** Makes a fleet over an empty state. */
export function aFleet(given: FleetGiven = {}): TestFleet {
  const { shards = 3, targetsPerSweep = 5, identities = [] } = given;
  const test = aWorld(given);
  const { clock } = test;
  const now = () => clock.now();
  const options = { now, wait: async (ms: number) => clock.wait(ms, new AbortController().signal) };
  const reads: string[] = [];
  const objects = counted(memoryObjects({ now }), reads);
  const ledgers = ledgersIn(objects, options);
  const fleet = fleetStore(objects, options);
  let messages: TrailEvent[] = [];
  const world: World = { ...test.world, ledger: ledgers(mainLedger) };
  const sharing: Sharing = {
    settings: { shards, topic: 'projects/ops/topics/shards', targetsPerSweep, identities },
    rate: { requestsPerSecond: 95, requestsInFlight: 32 },
    fleet,
    shardTrail: {
      publish: async (events) => {
        if (!made.refuses) messages.push(...events);
        return events.map(({ id }) => ({ id, accepted: !made.refuses, why: '[pubsub] it is refused' }));
      },
    },
    ledgers,
    turnOf: (many, shard) => readTurn(objects, shardTurn(many, shard), options),
  };
  // Each shard is an instance of its own.
  const handlers = () =>
    shardHandler({
      shards,
      identities,
      world: { ...test.world, fleet, active: new Set() },
      ledgers,
      engines: () => test.world.engines,
      takeTurn: (message, turn) => takeTurn(objects, shardTurn(message.shards, message.shard), turn, options),
    });
  let sweeps = 0;
  let beganMs = clock.now() - minutes(1);
  const made: TestFleet = {
    test,
    objects,
    reads,
    sharing,
    get messages() {
      return messages;
    },
    refuses: false,
    coordinate: async () => {
      clock.advance(Math.max(0, beganMs + minutes(1) - clock.now()));
      beganMs = clock.now();
      sweeps += 1;
      messages = [];
      return coordinate(world, sharing, `sweep-${sweeps}`);
    },
    deliver: (event) => answered(handlers(), pushed(event)),
    minute: async () => {
      const summary = await made.coordinate();
      await Promise.all(messages.map((event) => made.deliver(event)));
      return summary;
    },
    ledger: async (name) => (await ledgers(name).read()).document,
  };
  return made;
}
