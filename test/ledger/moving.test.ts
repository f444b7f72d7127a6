import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseId } from '../../shared/audit/event.ts';
import { isBeingCancelled, openCase } from '../../shared/ledger/case.ts';
import { emptyLedger, type Case, type LedgerDocument } from '../../shared/ledger/document.ts';
import { isSettled, movedInto, needsFollowUp, summed, withoutMoved } from '../../shared/ledger/moving.ts';
import { homeOf, ledgersOf, mainLedger, shardOf } from '../../shared/ledger/shards.ts';
import { aJob, aVerdict, minutes, nowMs } from '../make.ts';

// Synthetic: no such project, person or job exists.

const states = ['observed', 'warned', 'planned', 'unconfirmed', 'forbidden', 'closed'] as const;

function aCase(index: number, state: Case['state'], sequence = 1): Case {
  const project = `project-${index % 5}`;
  const job = aJob({ id: `job-${index}`, project, target: `bigquery:${project}` });
  return { ...openCase(caseId(job), aVerdict({ job }), nowMs), state, sequence };
}

const aLedger = (cases: readonly Case[], more: Partial<LedgerDocument> = {}): LedgerDocument => ({
  ...emptyLedger,
  cases: Object.fromEntries(cases.map((one) => [one.id, one])),
  ...more,
});
const everything = () => true;
const idsOf = ({ cases }: LedgerDocument) => Object.keys(cases).toSorted();

describe('the shard of a target', () => {
  it('is always the same, and there is one for each', () => {
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 400; index += 1) {
      const shard = shardOf(`bigquery:project-${index}`, 4);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(counts).toHaveLength(4);
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(shardOf('bigquery:analytics-prod', 4)).toBe(shardOf('bigquery:analytics-prod', 4));
    // Kept: another hash would leave every open case in the wrong ledger.
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => shardOf(`bigquery:${name}`, 7))).toEqual([6, 6, 0, 0, 5]);
  });

  it('has the one ledger where there is one', () => {
    expect(homeOf('bigquery:a', 1)).toBe(mainLedger);
    expect(ledgersOf(3)).toContain(homeOf('bigquery:a', 3));
  });
});

describe('taking over from another ledger', () => {
  it.each<[Case['state'], boolean, boolean]>([
    ['observed', true, false],
    ['warned', true, false],
    ['forbidden', true, false],
    ['planned', false, true],
    ['unconfirmed', false, true],
    ['closed', false, false],
  ])('a case that is %s: it moves %j, and is left alone %j', (state, moves, leftAlone) => {
    const known = aCase(1, state);
    const { document, elsewhere } = movedInto(emptyLedger, [aLedger([known])], everything);
    expect([known.id in document.cases, elsewhere.has(known.id)]).toEqual([moves, leftAlone]);
  });

  it('takes what is newer, and never what is older', () => {
    const other = aLedger([aCase(1, 'warned', 5)]);
    expect(movedInto(aLedger([aCase(1, 'observed', 4)]), [other], everything).document.cases).toEqual(other.cases);
    const own = aLedger([aCase(1, 'closed', 6)]);
    expect(movedInto(own, [other], everything)).toMatchObject({ document: own, isChanged: false });
  });

  it('takes the attempts of its targets along, and how they fare', () => {
    const known = aCase(1, 'observed');
    const attempt = { atMs: nowMs, case: known.id, rule: 'r', owner: 'o', pastBreaker: false };
    const targets = { [known.job.target]: { failures: 2, observeUntilMs: nowMs + minutes(5) } };
    const other = aLedger([known], { attempts: [attempt, { ...attempt, case: 'unknown' }], targets });
    const { document } = movedInto(emptyLedger, [other], everything);
    expect([document.attempts, document.targets]).toEqual([[attempt], targets]);
    expect(movedInto(emptyLedger, [other], () => false)).toMatchObject({ document: emptyLedger, isChanged: false });
  });

  const ledger = fc
    .array(fc.tuple(fc.nat({ max: 12 }), fc.constantFrom(...states), fc.integer({ min: 1, max: 9 })), { maxLength: 12 })
    .map((all) => aLedger([...new Map(all.map((one) => [one[0], aCase(...one)])).values()]));

  it('loses no open case, and leaves each to one ledger, however it is split', () => {
    fc.assert(
      fc.property(
        fc.array(ledger, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 2, max: 5 }),
        (former, shards) => {
          const heirs = ledgersOf(shards).map((name) =>
            movedInto(emptyLedger, former, (target) => homeOf(target, shards) === name),
          );
          const home = (target: string) => heirs[shardOf(target, shards)]?.document;
          const left = former.map((one) => withoutMoved(one, home));
          for (const known of former.flatMap(({ cases }) => Object.values(cases))) {
            if (known.state === 'closed') continue;
            const heir = heirs[shardOf(known.job.target, shards)];
            const isOnItsWay = isBeingCancelled(known);
            expect(
              isOnItsWay
                ? heir?.elsewhere.has(known.id)
                : (heir?.document.cases[known.id]?.sequence ?? 0) >= known.sequence,
            ).toBe(true);
          }
          const open = left.flatMap(({ cases }) => Object.values(cases)).filter(({ state }) => state !== 'closed');
          expect(open.every(isBeingCancelled)).toBe(true);
          for (const [index, { document }] of heirs.entries())
            expect(Object.values(document.cases).every(({ job }) => shardOf(job.target, shards) === index)).toBe(true);
        },
      ),
    );
  });

  it('twice is as once', () => {
    fc.assert(
      fc.property(ledger, fc.array(ledger, { maxLength: 3 }), (own, others) => {
        const once = movedInto(own, others, everything).document;
        expect(movedInto(once, others, everything)).toMatchObject({ document: once, isChanged: false });
      }),
    );
  });
});

describe('a ledger of an earlier layout', () => {
  it('is settled when nothing is open in it, and needs somebody while a cancel is on its way', () => {
    expect([isSettled(emptyLedger), needsFollowUp(emptyLedger)]).toEqual([true, false]);
    expect(isSettled(aLedger([aCase(1, 'closed')]))).toBe(true);
    expect([isSettled(aLedger([aCase(1, 'warned')])), needsFollowUp(aLedger([aCase(1, 'warned')]))]).toEqual([
      false,
      false,
    ]);
    expect(needsFollowUp(aLedger([aCase(1, 'unconfirmed')]))).toBe(true);
  });

  it('keeps what its heir has not taken, or has older', () => {
    const former = aLedger([aCase(1, 'warned', 5), aCase(2, 'warned', 1)]);
    const heir = aLedger([aCase(1, 'warned', 4), aCase(2, 'closed', 3)]);
    expect(idsOf(withoutMoved(former, () => heir))).toEqual([aCase(1, 'warned').id]);
    expect(withoutMoved(former, () => undefined)).toEqual(former);
  });

  it('is looked at as one with the others', () => {
    const whole = summed(aLedger([aCase(1, 'warned', 2)], { heartbeatAtMs: 5 }), [
      aLedger([aCase(1, 'observed', 1), aCase(2, 'planned')], { heartbeatAtMs: 9 }),
    ]);
    expect(
      Object.values(whole.cases)
        .map(({ state }) => state)
        .toSorted(),
    ).toEqual(['planned', 'warned']);
    expect(whole.heartbeatAtMs).toBe(9);
  });
});
