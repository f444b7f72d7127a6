import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Compiled } from '../../shared/evaluate/compile.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { held, isPlanned, planOf } from '../../shared/evaluate/safety.ts';
import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Action, Verdict } from '../../shared/jobs/verdict.ts';
import { compiled, nowMs, type WrittenPolicy } from '../make.ts';
import { exemption, fieldsOfJob, freeze, job, policy, protection } from './arbitrary.ts';

const runs = { numRuns: 300 };
/** Jobs of one listing: no two of the same id. */
const jobs = fc
  .array(job, { minLength: 1, maxLength: 6 })
  .map((all) => all.map((one, index) => ({ ...one, id: `${one.id}${index}` })));
const key = (verdict: Verdict) => `${jobName(verdict.job)} ${verdict.job.target} ${verdict.rule} ${verdict.mode}`;

/** The verdicts on one job as far as the policy alone goes, before anything is counted. */
function verdictsOn(ready: Compiled, one: Job): readonly Verdict[] {
  return judge(ready, one, nowMs).map((verdict) => held(ready, verdict, nowMs));
}

/** Whether the job would be cancelled. */
function isCancelled(ready: Compiled, one: Job): boolean {
  return verdictsOn(ready, one).some((verdict) => isPlanned(verdict) && verdict.mode === 'enforce');
}

function without(one: Job, fields: readonly string[]): Job {
  return { ...one, ...Object.fromEntries(fields.map((field) => [field, undefined])) };
}

const modeless = (verdicts: readonly Verdict[]) =>
  verdicts.map((verdict) => ({ ...verdict, mode: undefined, modes: undefined }));
const sorted = (verdicts: readonly Verdict[]) => [...verdicts].sort((a, b) => (key(a) < key(b) ? -1 : 1));

it('is not vacuous: a good part of the generated cases is cancelled, held back and left alone', () => {
  const counts = { cancelled: 0, held: 0, left: 0 };
  for (const [written, one] of fc.sample(fc.tuple(policy, job), { numRuns: 300, seed: 1 })) {
    const verdicts = verdictsOn(compiled(written), one);
    if (verdicts.some(isPlanned)) counts.cancelled += 1;
    else if (verdicts.some(({ heldBack }) => heldBack !== undefined)) counts.held += 1;
    else counts.left += 1;
  }
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(20);
});

describe('observe and enforce give identical verdicts but for the mode', () => {
  const softer: [string, (written: WrittenPolicy) => [WrittenPolicy, 'observe' | 'enforce']][] = [
    ['of the setting', (written) => [written, 'observe']],
    ['of the policy', (written) => [{ ...written, mode: 'observe' }, 'enforce']],
    [
      'of a target',
      (written) => [
        { ...written, targets: [{ engine: 'bigquery', projects: ['analytics-prod'], mode: 'observe' }] },
        'enforce',
      ],
    ],
  ];
  it.each(softer)('%s', (_what, soften) => {
    fc.assert(
      fc.property(policy, job, (written, one) => {
        const [soft, setting] = soften(written);
        const observed = verdictsOn(compiled(soft, { setting }), one);
        expect(modeless(observed)).toEqual(modeless(verdictsOn(compiled(written), one)));
      }),
      runs,
    );
  });

  it('of all rules at once, also once breaker and budget have counted', () => {
    fc.assert(
      fc.property(policy, jobs, (written, all) => {
        const plans = (['observe', 'enforce'] as const).map((mode) => {
          const rules = written.rules?.map((rule) => ({ ...rule, mode }));
          const targets = [{ engine: 'bigquery' as const, projects: ['analytics-prod', 'finance-prod', 'elsewhere'] }];
          const tight = { breaker: { maxCancels: 3 }, budget: { perSweep: 1 } };
          const ready = compiled({ ...written, ...tight, rules, targets });
          const verdicts = all.flatMap((one) => judge(ready, one, nowMs));
          return modeless(planOf(ready, verdicts, all.length, nowMs).verdicts);
        });
        expect(plans[0]).toEqual(plans[1]);
      }),
      runs,
    );
  });
});

describe('a cancel that would be carried out is never added', () => {
  const added: [string, fc.Arbitrary<(written: WrittenPolicy) => WrittenPolicy>][] = [
    [
      'by an exemption',
      exemption.map((one) => (written) => ({ ...written, exemptions: [...(written.exemptions ?? []), one] })),
    ],
    ['by a freeze', freeze.map((one) => (written) => ({ ...written, freezes: [...(written.freezes ?? []), one] }))],
    [
      'by a protection where there is none',
      protection.map((one) => (written) => ({
        ...written,
        protect: written.protect?.principals ? written.protect : one,
      })),
    ],
    ['by a softer mode', fc.constant((written) => ({ ...written, mode: 'observe' }))],
  ];
  it.each(added)('%s', (_what, adding) => {
    fc.assert(
      fc.property(policy, job, adding, (written, one, add) => {
        const after = isCancelled(compiled(add(written)), one);
        expect(after && !isCancelled(compiled(written), one)).toBe(false);
      }),
      runs,
    );
  });

  it('by not knowing any one field of it', () => {
    fc.assert(
      fc.property(policy, jobs, (written, all) => {
        const ready = compiled(written);
        for (const one of all.filter((whole) => !isCancelled(ready, whole))) {
          const less = fieldsOfJob.filter((field) => isCancelled(ready, without(one, [field])));
          expect(less).toEqual([]);
        }
      }),
      runs,
    );
  });

  it('by knowing less and less of it', () => {
    fc.assert(
      fc.property(policy, job, fc.shuffledSubarray(fieldsOfJob), (written, one, fields) => {
        const ready = compiled(written);
        const chain = [0, ...fields.keys()].map((count) => isCancelled(ready, without(one, fields.slice(0, count))));
        expect(chain.some((after, index) => index > 0 && after && chain[index - 1] === false)).toBe(false);
      }),
      runs,
    );
  });

  it('by redacting it: a redacted job has no verdict at all', () => {
    fc.assert(
      fc.property(policy, job, (written, one) => {
        expect(judge(compiled(written), { ...one, redacted: true }, nowMs)).toEqual([]);
      }),
      runs,
    );
  });

  it('by breaker or budget, which only ever hold back', () => {
    const limits = fc.record({ maxCancels: fc.nat(3), perSweep: fc.nat(3), seen: fc.nat(20) });
    fc.assert(
      fc.property(policy, jobs, limits, (written, all, { maxCancels, perSweep, seen }) => {
        const tight = compiled({ ...written, breaker: { maxCancels }, budget: { perSweep } });
        const verdicts = all.flatMap((one) => judge(tight, one, nowMs));
        const done = planOf(tight, verdicts, seen, nowMs).verdicts.filter(
          (one) => isPlanned(one) && one.mode === 'enforce',
        );
        expect(done.length).toBeLessThanOrEqual(Math.min(perSweep, maxCancels * perSweep));
        expect(done.every(({ job: one }) => isCancelled(tight, one))).toBe(true);
      }),
      runs,
    );
  });
});

it('judges every job the same, in whatever order they come, and plans the same', () => {
  const orders = jobs.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(
    fc.property(policy, orders, fc.nat(3), (written, [all, shuffled], perSweep) => {
      const ready = compiled({ ...written, budget: { perSweep } });
      const verdicts = (list: readonly Job[]) => list.flatMap((one) => judge(ready, one, nowMs));
      expect(sorted(verdicts(shuffled)).map(key)).toEqual(sorted(verdicts(all)).map(key));
      const plan = (list: readonly Job[]) => sorted(planOf(ready, verdicts(list), all.length, nowMs).verdicts);
      expect(plan(shuffled).map((one) => `${key(one)} ${one.heldBack?.by}`)).toEqual(
        plan(all).map((one) => `${key(one)} ${one.heldBack?.by}`),
      );
    }),
    runs,
  );
});

it('lets the most severe action of the rules in force win, of cancels one that nothing holds back, then the earliest', () => {
  const severity: readonly Action[] = ['record', 'warn', 'cancel'];
  fc.assert(
    fc.property(policy, job, (written, one) => {
      const rules = (written.rules ?? []).map((rule) => ({ ...rule, overrides: [] }));
      const alone = rules
        .filter(({ mode }) => mode === 'enforce')
        .flatMap((rule) => judge(compiled({ ...written, rules: [rule] }), one, nowMs));
      const worst = Math.max(...alone.map(({ action }) => severity.indexOf(action)));
      const most = alone.filter(({ action }) => severity.indexOf(action) === worst);
      const winner = most.find(isPlanned) ?? most[0];
      const together = judge(compiled({ ...written, rules }), one, nowMs).find(({ modes }) => modes.rule === 'enforce');
      expect([together?.rule, together?.action]).toEqual([winner?.rule, winner?.action]);
    }),
    runs,
  );
});

it('says at most two things of a job: one by rules in force, one by rules on trial', () => {
  fc.assert(
    fc.property(policy, job, (written, one) => {
      const modes = judge(compiled(written), one, nowMs).map((verdict) => verdict.modes.rule);
      expect(new Set(modes).size).toBe(modes.length);
    }),
    runs,
  );
});

it('gives every cancel its reason and a limit that was passed', () => {
  fc.assert(
    fc.property(policy, job, (written, one) => {
      for (const { action, because, measured } of judge(compiled(written), one, nowMs)) {
        expect(because).not.toBe('');
        // What cannot be judged for long may be warned of, and is never cancelled.
        const isUnjudged = action !== 'cancel' && because.startsWith('could not be judged');
        expect(measured.some(({ over }) => over === true)).toBe(!isUnjudged);
      }
    }),
    runs,
  );
});
