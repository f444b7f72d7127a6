import { describe, expect, test } from 'vitest';
import { policyData } from '../../shared/audit/sweep-data.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { sweep } from '../../functions/watch/watch.ts';
import { aJob, aPolicy, aRule, hours, type WrittenPolicy } from '../make.ts';
import { aWorld, inForce, whoIsTold, type TestWorld } from './a-world.ts';

const sha = (letter: string) => letter.repeat(64);
const written = (fields: WrittenPolicy = {}): Policy => aPolicy({ ...whoIsTold, ...fields });
const asWritten = written();
const harsher = written({ rules: [aRule({ limit: { runTime: '20m' } })] });
const softer = written({ rules: [aRule({ limit: { runTime: '1h' } })] });

function stand(policy: Policy, letter: string, fields: Partial<PolicyState> = {}): PolicyState {
  return inForce(policy, { version: { sha256: sha(letter), where: 'policy.yaml', loadedAtMs: 0 }, ...fields });
}

const first = stand(asWritten, 'a');
/** A state whose instance has seen the first policy. */
const after = (policy: Policy, letter: string): PolicyState => {
  const { policy: before, version } = first;
  if (before === undefined || version === undefined) throw new Error('the first state has a policy');
  return stand(policy, letter, { changed: true, previous: { policy: before, version } });
};

const changes = (world: TestWorld) =>
  world.trail.events.filter(({ type }) => type === 'dev.jobwarden.policy.changed.v1');
const dataOf = (world: TestWorld) => changes(world).map(({ data }) => policyData.parse(data));

async function twoSweeps(...states: readonly PolicyState[]): Promise<TestWorld> {
  const world = aWorld({ states });
  await world.sweep();
  await world.sweepAgain();
  return world;
}

describe('a policy that is another than the ledger saw last', () => {
  test('is one event, with the difference in words and what became harsher', async () => {
    const world = await twoSweeps(first, after(harsher, 'b'));
    await world.sweepAgain();
    expect(world.told()).toEqual(['policy.changed']);
    expect(changes(world)[0]).toMatchObject({ severity: 'NOTICE', subject: 'policy.yaml', correlationid: 'sweep-2' });
    expect(dataOf(world)).toMatchObject([
      {
        subject: { sha256: sha('b'), where: 'policy.yaml' },
        policy: { sha256: sha('b') },
        why: 'Another policy is in force: 1 edit is in it, 1 harsher or unclear.',
        difference: {
          before: { sha256: sha('a') },
          known: true,
          harsher: true,
          changes: [
            {
              effect: 'harsher',
              where: 'rules[0].limit.runTime',
              says: 'The limit of long-queries: runTime 20 min, was 30 min.',
            },
          ],
          moreChanges: 0,
        },
      },
    ]);
  });

  test('is told to the operators once, where something became harsher', async () => {
    const world = await twoSweeps(first, after(harsher, 'b'));
    await world.sweepAgain();
    const notices = world.notices('trouble');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ owner: { name: 'operators' }, jobs: [] });
    expect(notices[0]?.trouble).toEqual({
      about: expect.stringMatching(/^policy-changed [0-9a-f]{64}$/),
      title: 'The policy was changed, and is harsher in part',
      lines: [
        'Another policy is in force: 1 edit is in it, 1 harsher or unclear.',
        'Harsher: The limit of long-queries: runTime 20 min, was 30 min.',
        'policy.yaml is in force from this sweep on. If that was not meant, put the former version back.',
      ],
    });
  });

  test('is for the record only where nothing became harsher', async () => {
    const world = await twoSweeps(first, after(softer, 'b'));
    expect(dataOf(world)).toMatchObject([{ difference: { harsher: false, changes: [{ effect: 'softer' }] } }]);
    expect(world.notices()).toEqual([]);
  });

  test('is recorded also where only its text is another', async () => {
    const world = await twoSweeps(first, after(asWritten, 'b'));
    expect(dataOf(world)).toMatchObject([
      {
        why: 'The text of the policy is another, and means the same as before.',
        difference: { known: true, harsher: false, changes: [] },
      },
    ]);
    expect(world.notices()).toEqual([]);
  });

  test('counts as harsher where it cannot be told which way it goes', async () => {
    const renamed = written({ rules: [aRule({ name: 'other-name' })] });
    const world = await twoSweeps(first, after(renamed, 'b'));
    expect(dataOf(world)).toMatchObject([{ difference: { harsher: true, changes: [{ effect: 'either' }] } }]);
    expect(world.notices('trouble')[0]?.trouble?.lines[1]).toMatch(/^May be harsher: The rule long-queries is called/);
  });

  test('is told with its harsher edits first, fifteen of them by name', async () => {
    const many = (runTime: string) =>
      written({ rules: Array.from({ length: 20 }, (_, at) => aRule({ name: `rule-${at}`, limit: { runTime } })) });
    const before = many('30m');
    const version = { sha256: sha('a'), where: 'policy.yaml', loadedAtMs: 0 };
    const now = stand(many('20m'), 'b', { previous: { policy: before, version } });
    const world = await twoSweeps(stand(before, 'a'), now);
    const lines = world.notices('trouble')[0]?.trouble?.lines ?? [];
    expect(lines.filter((line) => line.startsWith('Harsher: '))).toHaveLength(15);
    expect(lines).toContain('5 more: see the event policy.changed.');
  });
});

describe('there is no event', () => {
  test('for the first policy that a ledger sees', async () => {
    const world = await twoSweeps(first);
    expect(world.told()).toEqual([]);
    expect(world.ledger.latest().policySeen?.sha256).toBe(sha('a'));
  });

  test('for an edit that was rejected: the one before stays in force', async () => {
    const rejected: PolicyState = { ...first, standing: 'last-good', rejectedSha256: sha('b') };
    const world = await twoSweeps(first, rejected);
    expect(world.told()).toEqual(['policy.rejected']);
  });

  test('for a new instance with the policy that the ledger saw last', async () => {
    const world = await twoSweeps(first, { ...first, changed: true });
    expect(world.told()).toEqual([]);
  });
});

describe('a change is not lost', () => {
  test('when another sweep wins the ledger', async () => {
    const world = aWorld({ states: [first, after(harsher, 'b')] });
    await world.sweep();
    const swaps = world.ledger.swaps();
    world.ledger.losing.add(swaps + 1);
    await world.sweepAgain();
    expect(world.told()).toEqual([]);
    await world.sweepAgain();
    expect(world.told()).toEqual(['policy.changed']);
    expect(world.notices('trouble')).toHaveLength(1);
  });

  test('when it is changed back: that is another change', async () => {
    const { policy, version } = after(harsher, 'b');
    if (policy === undefined || version === undefined) throw new Error('there is a policy');
    const back: PolicyState = { ...first, previous: { policy, version } };
    const world = await twoSweeps(first, after(harsher, 'b'), back);
    await world.sweepAgain();
    expect(dataOf(world).map(({ difference }) => difference?.harsher)).toEqual([true, false]);
  });

  test('and it hinders nothing: what is due under the new policy is cancelled in the same sweep', async () => {
    const world = aWorld({ states: [first, after(harsher, 'b')], jobs: [aJob({ runTimeMs: 25 * 60_000 })] });
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

describe('where this instance has not seen the policy before', () => {
  async function withRecall(recall: ((sha256: string) => Promise<Policy | undefined>) | undefined) {
    const world = aWorld({ states: [first] });
    await world.sweep();
    world.clock.advance(hours(2));
    const state = stand(harsher, 'b', { changed: true });
    const policy = { current: async () => state, ...(recall === undefined ? {} : { recall }) };
    await sweep({ ...world.world, policy }, 'sweep-2');
    return world;
  }

  test('it is looked for where the policy is kept', async () => {
    const asked: string[] = [];
    const world = await withRecall(async (sha256) => {
      asked.push(sha256);
      return asWritten;
    });
    expect(asked).toEqual([sha('a')]);
    expect(dataOf(world)).toMatchObject([{ difference: { known: true, changes: [{ effect: 'harsher' }] } }]);
  });

  test.each([
    ['it cannot be found', async () => undefined],
    ['nothing is kept', undefined],
  ])('and %s, the event says that it is not known, and the operators hear of it', async (_, recall) => {
    const world = await withRecall(recall);
    expect(dataOf(world)).toMatchObject([
      {
        why: 'Another policy is in force; the one before is not known to this instance, so what changed cannot be said.',
        difference: { before: { sha256: sha('a') }, known: false, harsher: true, changes: [] },
      },
    ]);
    expect(world.notices('trouble').map(({ trouble }) => trouble?.title)).toEqual([
      'The policy was changed; what it was before is not known here',
    ]);
  });

  test('what this instance saw before is of no use when the ledger saw another one', async () => {
    const world = aWorld({ states: [first] });
    await world.sweep();
    world.clock.advance(hours(2));
    const version = { sha256: sha('c'), where: 'policy.yaml', loadedAtMs: 0 };
    const state = stand(harsher, 'b', { previous: { policy: softer, version } });
    await sweep({ ...world.world, policy: { current: async () => state } }, 'sweep-2');
    expect(dataOf(world)).toMatchObject([{ difference: { known: false } }]);
  });
});
