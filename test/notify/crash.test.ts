import { describe, expect, test } from 'vitest';
import { deadLettersTo } from '../../functions/notify/dead-letters.ts';
import type { NotifyPorts } from '../../functions/notify/attempt.ts';
import { notify } from '../../functions/notify/notify.ts';
import { memoryTrail } from '../../shared/audit/trail.ts';
import { sweepExpired } from '../../shared/ledger/expiry.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import type { Channel } from '../../shared/notices/channel.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import { busy, denied, faultyObjects, unsettled, type Fate } from '../ledger/faulty-objects.ts';
import { aNotice } from '../notices/make.ts';
import { nowMs } from '../make.ts';
import { ports, scriptedChannel, type Script } from './make.ts';

// Synthetic: no such person, job or channel exists.

const full = aNotice();
const notice = { ...full, receivers: full.receivers.slice(0, 2) };
const lastReceiver = notice.receivers.length;

interface Scenario {
  readonly title: string;
  /** What the channel does, given how often it was asked in all. */
  readonly script: (asked: number) => Script;
  /** Who gets the message in the end; undefined: nobody can. */
  readonly reaches: string | undefined;
}

const scenarios: readonly Scenario[] = [
  { title: 'the owner is reached', script: () => () => undefined, reaches: 'sam@example.com' },
  {
    title: 'the owner is reached at the second delivery',
    script: (asked) => () => (asked === 1 ? 'transient' : undefined),
    reaches: 'sam@example.com',
  },
  {
    title: 'the owner cannot be reached, and the next one can',
    script: () => (to) => (to === 'sam@example.com' ? 'target' : undefined),
    reaches: '#data-unowned',
  },
  { title: 'nobody can be reached', script: () => () => 'target', reaches: undefined },
];

/** A world that outlives processes: the store, the messages that arrived, the dead letters, and the clock. */
function aWorld({ script }: Scenario) {
  const clock = { nowMs };
  const now = () => clock.nowMs;
  const sent: string[] = [];
  let asked = 0;
  const send: Channel['send'] = async (message, to, options) => {
    asked += 1;
    const inner = scriptedChannel(script(asked));
    const at = await inner.send(message, to, options);
    sent.push(...inner.sent.map((one) => one.to));
    return at;
  };
  return { clock, now, sent, send, letters: memoryTrail(), objects: memoryObjects({ now }) };
}
type World = ReturnType<typeof aWorld>;

type Step = 'send' | 'letter' | 'get' | 'claim' | 'finish' | 'receipt' | 'delete' | 'list';
interface Reached {
  readonly step: Step;
  readonly nth: number;
}

function writes(name: string, bytes: Uint8Array): Step {
  if (name.startsWith('receipts/')) return 'receipt';
  return Buffer.from(bytes).includes('"result"') ? 'finish' : 'claim';
}

/** One process of `notify`; each of its calls to the outside passes `at`, which may end it before or after the effect. */
function aProcess(world: World, at: (reached: Reached) => Fate) {
  const { now } = world;
  let steps = 0;
  let ended: Error | undefined;
  const pass = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    if (ended !== undefined) throw ended;
    steps += 1;
    const fate = at({ step, nth: steps });
    if (fate?.when === 'before') throw (ended = fate.error);
    const result = await work();
    if (fate?.when === 'after') throw (ended = fate.error);
    return result;
  };
  const { objects: inner } = world;
  const objects: typeof inner = {
    ...inner,
    get: (name, budget) => pass('get', () => inner.get(name, budget)),
    put: (name, write, budget) => pass(writes(name, write.bytes), () => inner.put(name, write, budget)),
    delete: (name, about, budget) => pass('delete', () => inner.delete(name, about, budget)),
    list: async function* (prefix, budget) {
      yield* await pass('list', async () => inner.list(prefix, budget));
    },
  };
  const given: NotifyPorts = ports({
    channel: { name: 'slack', send: (...all) => pass('send', () => world.send(...all)) },
    claims: objectClaims(objects, { now, wait: async () => undefined }),
    receipts: objectReceipts(objects, { now }),
    deadLetters: deadLettersTo({ publish: (events) => pass('letter', () => world.letters.publish(events)) }),
    now,
  });
  return async () => {
    const outcome = await notify(notice, given);
    if (outcome.kind !== 'later') await sweepExpired(objects, now, { shard: 0 });
    return outcome;
  };
}

/** Pub/Sub: delivers again after two minutes until it is done; where a process ended, the next one is up then. */
async function deliver(world: World, [at = () => undefined, ...later]: readonly ((reached: Reached) => Fate)[]) {
  let run = aProcess(world, at);
  let next = 0;
  for (let delivery = 0; delivery < 10; delivery += 1) {
    try {
      if ((await run()).kind !== 'later') return;
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      run = aProcess(world, later[next] ?? (() => undefined));
      next += 1;
    }
    world.clock.nowMs += 120_000;
  }
  throw new Error('it is delivered again and again');
}

/** The end of a process. */
class Ended extends Error {}

const endingAt =
  (nth: number, when: 'before' | 'after') =>
  (reached: Reached): Fate =>
    reached.nth === nth ? { when, error: new Ended() } : undefined;

const whens = ['before', 'after'] as const;

/** The steps of a run in which nothing ends. */
async function stepsOf(scenario: Scenario): Promise<readonly Step[]> {
  const steps: Step[] = [];
  await deliver(aWorld(scenario), [({ step }) => void steps.push(step)]);
  return steps;
}

async function wentWell(world: World, { reaches }: Scenario): Promise<void> {
  const receipt = await objectReceipts(world.objects, { now: world.now }).get(notice.id);
  expect(receipt).toMatchObject(
    reaches === undefined ? { how: 'undeliverable' } : { how: 'delivered', to: `slack:${reaches}` },
  );
  expect(new Set(world.sent)).toEqual(new Set(reaches === undefined ? [] : [reaches]));
  if (reaches === undefined) expect(world.letters.events[0]).toMatchObject({ id: notice.id, data: notice });
  else expect(world.letters.events).toEqual([]);
}

describe.each(scenarios)('a process that ends, while $title,', (scenario) => {
  const { reaches, title } = scenario;

  test('does what it does in this order', async () => {
    const steps = await stepsOf(scenario);
    const tried = reaches === undefined ? lastReceiver : reaches === 'sam@example.com' ? 1 : 2;
    const first = title.includes('second') ? ['get', 'claim', 'send', 'delete'] : [];
    const each = Array.from({ length: tried }, () => ['claim', 'send', 'finish']).flat();
    const letter = reaches === undefined ? ['letter'] : [];
    expect(steps).toEqual([...first, 'get', ...each, ...letter, 'receipt', 'list', 'list']);
  });

  test('at any point, before or after that took effect, loses nothing, and repeats only what was not recorded', async () => {
    const steps = await stepsOf(scenario);
    const again: string[] = [];
    for (const [at, step] of steps.entries()) {
      for (const when of whens) {
        const world = aWorld(scenario);
        await deliver(world, [endingAt(at + 1, when)]);
        await wentWell(world, scenario);
        const most = reaches === undefined ? world.letters.events.length : world.sent.length;
        expect(most).toBeLessThanOrEqual(2);
        if (most > 1) again.push(`${when} ${step}`);
      }
    }
    // Between the message and its record, and between the dead letter and the receipt.
    expect(again).toEqual(reaches === undefined ? ['after letter', 'before receipt'] : ['after send', 'before finish']);
  });

  test('at any two points loses nothing, and repeats at most once for each', async () => {
    const count = (await stepsOf(scenario)).length;
    const points = Array.from({ length: count }, (_, at) => at + 1).flatMap((nth) =>
      whens.map((when) => ({ nth, when })),
    );
    for (const one of points) {
      for (const other of points) {
        const world = aWorld(scenario);
        await deliver(world, [endingAt(one.nth, one.when), endingAt(other.nth, other.when)]);
        await wentWell(world, scenario);
        expect(Math.max(world.sent.length, world.letters.events.length)).toBeLessThanOrEqual(3);
      }
    }
  });
});

describe.each(scenarios)('a store that fails once, while $title,', (scenario) => {
  const faults: readonly { readonly title: string; readonly fate: NonNullable<Fate> }[] = [
    { title: 'is too busy', fate: { when: 'before', error: busy() } },
    { title: 'refuses', fate: { when: 'before', error: denied() } },
    { title: 'does not answer', fate: { when: 'before', error: unsettled() } },
    { title: 'does not answer to what it did', fate: { when: 'after', error: unsettled() } },
  ];

  test.each(faults)('leads to no second message and loses nothing, at any call: it $title', async ({ fate }) => {
    for (let at = 1; ; at += 1) {
      const world = aWorld(scenario);
      const failing = faultyObjects(world.objects, ({ nth }) => (nth === at ? fate : undefined));
      const run = aProcess({ ...world, objects: failing }, () => undefined);
      for (let delivery = 0; delivery < 5; delivery += 1) {
        const outcome = await run().catch(() => undefined);
        world.clock.nowMs += 120_000;
        if (outcome !== undefined && outcome.kind !== 'later') break;
      }
      await wentWell(world, scenario);
      expect(world.sent.length).toBe(scenario.reaches === undefined ? 0 : 1);
      if (failing.asked.length < at) break;
    }
  });
});
