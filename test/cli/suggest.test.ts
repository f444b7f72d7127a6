import { expect, describe, it } from 'vitest';
import { backtest } from '../../shared/backtest/backtest.ts';
import { readRow } from '../../shared/history/row.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { historyOf, quarter } from '../history/generator.ts';
import { jobwarden, nowMs, root } from './a-shell.ts';

// Synthetic: the history is made up.
const rows = [...historyOf({ ...quarter, projects: 12, days: 40 })];
const history = JSON.stringify(rows);

async function suggested(...more: readonly string[]) {
  const files = new Map([['jobs.json', history]]);
  const words = ['suggest', '--history', 'jobs.json', '--location', 'EU', '--out', 'policy.yaml', ...more];
  const ran = await jobwarden(words, { files });
  return { files, ran };
}

describe('jobwarden suggest', () => {
  it('writes a policy and its tests, which check and test find nothing in', async () => {
    const { files, ran } = await suggested();
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(await jobwarden(['check', '--strict', 'policy.yaml'], { files })).toMatchObject({ code: 0 });
    // The policy of a test is looked for beside it, by its whole path.
    const again = new Map(
      [...files].flatMap(([name, text]) =>
        [name, `${root}/${name}`, `${root}${name}`].map((path) => [path, text] as const),
      ),
    );
    const tested = await jobwarden(['test', 'policy.test.yaml'], { files: again });
    expect([tested.code, tested.out + tested.err]).toEqual([0, expect.stringContaining('8 tests, all as expected')]);
  });

  it.each(['0%', '0.1%', '1%'])(
    'proposes no rule that hits more than %s of the finished work it is about',
    async (most) => {
      const { files } = await suggested('--most', most);
      const { policy } = loadPolicy(files.get('policy.yaml') ?? '', { now: nowMs });
      if (policy === undefined) throw new Error('the policy cannot be read');
      const test = backtest({
        policy: { ...policy, rules: policy.rules.map((rule) => ({ ...rule, action: 'record' as const })) },
      });
      for (const row of rows) {
        const reading = readRow(row, { location: 'EU' });
        if ('past' in reading) test.note(reading.past);
      }
      const { rules } = test.answer();
      expect(rules.length).toBeGreaterThan(3);
      const share = Number.parseFloat(most) / 100;
      for (const { rule, jobs, unjudged } of rules) expect([rule, jobs > 100, unjudged]).toEqual([rule, true, 0]);
      const finished = test.samples().map(({ limit, metric, jobs }) => {
        const threshold = limit.of[metric] ?? 0;
        const done = jobs.filter(({ succeeded }) => succeeded);
        const over = done.filter((one) => (metric === 'runTime' ? one.runTimeMs : (one.bytes ?? 0)) > threshold);
        const sum = (some: typeof jobs) => some.reduce((total, { weight }) => total + weight, 0);
        return sum(over) / sum(done);
      });
      expect(Math.max(...finished)).toBeLessThanOrEqual(share + 1e-9);
    },
  );

  it('says what each limit was chosen from', async () => {
    const { files } = await suggested();
    const policy = files.get('policy.yaml') ?? '';
    expect(policy).toMatch(
      /# Of people's own queries, \d+ of [\d,]+ finished ones \([\d.]+ %\) were over this, and \d+ that/,
    );
    expect(policy).toContain('match: { client: [dbt], jobType: query }');
  });

  it('proposes nothing from too little', async () => {
    const files = new Map([['jobs.json', JSON.stringify(rows.slice(0, 20))]]);
    const { code, out } = await jobwarden(['suggest', '--history', 'jobs.json'], { files });
    expect([code, out]).toEqual([1, expect.stringContaining('[no-suggestion]')]);
  });

  it.each([
    [['--most', '50%'], 'bad-share'],
    [['--slack', 'nowhere at all'], 'bad-contact'],
  ])('refuses %j', async (words, code) => {
    const { ran } = await suggested(...words);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(code)]);
  });
});
