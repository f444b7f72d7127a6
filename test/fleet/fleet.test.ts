import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { aCloud, type TestCloud } from './a-cloud.ts';

// `watch` and several instances of `shard`, each a process of its own, over the stand-ins for BigQuery, Cloud Storage and
// Pub/Sub. One of the instances is ended at a random point of nearly every minute. Synthetic: no such project, person,
// job or policy exists.

const count = { projects: 300, shards: 4, minutesOfTrouble: 5, most: 14 } as const;
const budget = { perSweep: 7, perHour: 60, perOwnerPerHour: 40 } as const;
const projects = Array.from({ length: count.projects }, (_, index) => `fleet-${index}`);
const people = ['ada', 'bo', 'cy'] as const;

const policy = `version: 1
mode: enforce
operators: { slack: "#data-cost" }
targets: [{ engine: bigquery, projects: [${projects.join(', ')}] }]
rules:
  - name: an-hour-is-enough
    limit: { runTime: 1h }
    grace: none
    action: cancel
    mode: enforce
breaker: { maxCancels: 200, maxShare: 100% }
budget: { perSweep: ${budget.perSweep}, perHour: ${budget.perHour}, perOwnerPerHour: ${budget.perOwnerPerHour} }
owners: { domains: [example.com], fallback: { slack: "#data-cost" } }
`;

/** Numbers from 0 to 1, always the same (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hours = (many: number) => many * 3_600_000;
const isCancel = ({ method, path }: TestCloud['bigquery']['requests'][number]) =>
  method === 'POST' && path.endsWith('/cancel');

/** Adds jobs that run for too long, each in a project of its own, and gives their names. */
function plant({ bigquery }: TestCloud, minute: number, many: number): readonly string[] {
  return Array.from({ length: many }, (_, index) => {
    const name = projects[(minute * 37 + index * 11) % projects.length] ?? '';
    const id = `runaway-${minute}-${index}`;
    const principal = `${people[index % people.length]}@example.com`;
    const runs = { startedAgoMs: hours(2), runsForMs: hours(9), onCancel: { how: 'stops' as const, afterMs: 200 } };
    bigquery.addJob({ project: name, id, principal, query: 'SELECT 1', ...runs });
    return `${name} ${id}`;
  });
}

function plantInnocents({ bigquery }: TestCloud): void {
  for (const name of projects.filter((_, index) => index % 3 === 0))
    bigquery.addJob({ project: name, id: 'innocent', query: 'SELECT 2', startedAgoMs: 60_000, runsForMs: hours(9) });
}

/** Ends one instance that is at work: after so many requests, or a moment after a cancel was sent. True when one was. */
async function endOne({ bigquery, shards }: TestCloud, random: () => number): Promise<boolean> {
  const afterCancel = random() < 0.6;
  const requests = 1 + Math.floor(random() * count.projects);
  const laterMs = random() * 40;
  const which = random();
  const before = new Set(bigquery.requests);
  const isTime = () => {
    const since = bigquery.requests.filter((one) => !before.has(one));
    return afterCancel ? since.some(isCancel) : since.length >= requests;
  };
  const endMs = performance.now() + 4000;
  while (!isTime() && performance.now() < endMs) await pause(1);
  await pause(laterMs);
  const busy = shards.busy();
  const pid = busy[Math.floor(which * busy.length)];
  if (pid === undefined) return false;
  process.kill(pid, 'SIGKILL');
  return true;
}

const jobEvent = z.object({ type: z.string(), case: z.string(), sequence: z.number(), subject: z.string() });
const event = z.object({ type: z.string() });

/** The cases whose events have a gap: one of them was lost. */
function gaps(cloud: TestCloud): readonly string[] {
  const numbers = new Map<string, Set<number>>();
  for (const one of cloud.events().flatMap((given) => jobEvent.safeParse(given).data ?? []))
    numbers.set(one.case, (numbers.get(one.case) ?? new Set()).add(one.sequence));
  return [...numbers].flatMap(([name, seen]) => (Math.max(...seen) === seen.size ? [] : [name]));
}

const eventNames = (cloud: TestCloud, word: string) =>
  cloud
    .events()
    .map((one) => event.parse(one).type)
    .filter((type) => type.includes(word));

it(
  'a fleet whose instances are ended again and again loses nothing, and cancels nothing twice',
  { timeout: 240_000 },
  async () => {
    const random = seeded(20_261_122);
    const cloud = await aCloud({ shards: count.shards, targetsPerSweep: 120, policy });
    const { bigquery } = cloud;
    plantInnocents(cloud);
    await cloud.minute();
    expect(bigquery.requests.filter(({ path }) => path.includes('/jobs'))).toEqual([]);

    const planted: string[] = [];
    const cancels: string[] = [];
    const isDone = (name: string) => {
      const [at = '', id = ''] = name.split(' ');
      return bigquery.job(at, id)?.status.state === 'DONE';
    };
    const known = new Set<unknown>();
    /** What was sent in the last minute, by job; its budget holds for all shards together. */
    const note = () => {
      const sent = bigquery.requests.filter((one) => isCancel(one) && !known.has(one));
      expect(sent.length).toBeLessThanOrEqual(budget.perSweep);
      for (const one of sent) {
        known.add(one);
        const [, at, id] = /\/projects\/([^/]+)\/jobs\/([^/]+)\/cancel$/.exec(one.path) ?? [];
        cancels.push(`${at} ${id}`);
      }
    };
    let ended = 0;
    for (let minute = 0; minute < count.most; minute += 1) {
      const isTroubled = minute < count.minutesOfTrouble;
      if (isTroubled) planted.push(...plant(cloud, minute, 3 + Math.floor(random() * 5)));
      const [, isEnded] = await Promise.all([cloud.minute(), isTroubled ? endOne(cloud, random) : false]);
      note();
      if (isEnded) ended += 1;
      const ledgers = await cloud.ledgers();
      const open = ledgers.flatMap(({ cases }) => Object.values(cases)).filter(({ state }) => state !== 'closed');
      const waiting = ledgers.flatMap(({ outbox }) => outbox);
      if (!isTroubled && planted.every(isDone) && waiting.length + open.length === 0) break;
    }

    expect(ended).toBeGreaterThanOrEqual(3);
    expect(planted.filter((name) => !isDone(name))).toEqual([]);
    expect(cancels.toSorted()).toEqual([...new Set(planted)].toSorted());
    expect((await cloud.ledgers()).flatMap(({ outbox }) => outbox)).toEqual([]);
    expect(gaps(cloud)).toEqual([]);
    expect(new Set(eventNames(cloud, 'cancel.intended')).size).toBe(1);
    expect(eventNames(cloud, 'policy.')).toEqual([]);
    expect((await cloud.fleet()).reservations.length).toBeLessThanOrEqual(budget.perHour);

    // A message that is older than a period is acknowledged, and nothing is done on the strength of it.
    const [last] = cloud.handedOut().slice(-1);
    const before = bigquery.requests.at(-1);
    const body = JSON.stringify({
      message: { data: last?.data.toString('base64'), messageId: 'late' },
      subscription: 's',
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(cloud.shards.url, { method: 'POST', headers, body });
    expect(answer.status).toBe(204);
    expect(bigquery.requests.at(-1)).toBe(before);
    expect(cloud.log.at(-1)).toMatch(/acknowledged unread/);
  },
);
