import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobwarden, root } from './a-shell.ts';

// Synthetic jobs and policies.

const policy = readFileSync(`${root}/test/fixtures/jobs/policy.yaml`, 'utf8');
const jobs = 'test/fixtures/jobs/monday-morning.yaml';

interface Data {
  readonly status: string;
  readonly edits: readonly {
    readonly where: string;
    readonly line?: number;
    readonly side: string;
    readonly effect: string;
    readonly says: string;
  }[];
  readonly jobs?: number;
  readonly verdicts: readonly { readonly kind: string; readonly job: string; readonly because: string }[];
  readonly problems: readonly {
    readonly code: string;
    readonly severity: string;
    readonly file: string;
    readonly line: number;
    readonly says: string;
  }[];
}

/** The fixture's policy after edits of its text; each must be found in it. */
function edited(...edits: readonly (readonly [find: string, replace: string])[]): string {
  return edits.reduce((text, [find, replace]) => {
    if (text.split(find).length !== 2) throw new Error(`"${find}" must stand once in the policy`);
    return text.replace(find, replace);
  }, policy);
}

async function differed(now: string, words: readonly string[] = ['--jobs', jobs, '--at', '2026-11-30 10:00']) {
  const files = new Map([
    ['old.yaml', policy],
    ['new.yaml', now],
  ]);
  const { out, code } = await jobwarden(['diff', 'old.yaml', 'new.yaml', '--format', 'json', ...words], { files });
  const data: Data = JSON.parse(out);
  const text = await jobwarden(['diff', 'old.yaml', 'new.yaml', ...words], { files });
  return { data, code, text: text.out };
}

const kinds = ({ verdicts }: Data) => verdicts.map(({ kind, job }) => [kind, job.split('.').at(-1)]);

describe('jobwarden diff', () => {
  it('finds nothing between a policy and itself, however it is written', async () => {
    const { data, code, text } = await differed(
      policy.replace('# Synthetic', '# Rewritten').replace('runTime: 20m', 'runTime: 1200s'),
    );
    expect([code, data.status, data.edits, data.verdicts]).toEqual([0, 'fine', [], []]);
    expect(text).toBe('The policies mean the same.\n8 jobs judged under both: 0 verdicts change.\n');
  });

  const table: [string, string, readonly (readonly [string, string | undefined])[], number][] = [
    [
      'a lower limit',
      edited(['limit: { runTime: 30m }', 'limit: { runTime: 22m }']),
      [['newly cancelled', 'young']],
      1,
    ],
    [
      'a higher limit',
      edited(['limit: { runTime: 30m }', 'limit: { runTime: 100m }']),
      [
        ['no longer cancelled', 'runaway'],
        ['softer', 'campaign'],
        ['harder', 'closing'],
      ],
      1,
    ],
    [
      'a rule that comes into force',
      edited([
        'limit: { all: { slotHours: 50, runTime: 10m } }',
        'mode: enforce\n    limit: { all: { slotHours: 50, runTime: 10m } }',
      ]),
      [['newly cancelled', 'models']],
      1,
    ],
    [
      'an exemption that is gone',
      edited(['rules: [long-queries]', 'rules: [hungry-queries]']),
      [['newly cancelled', 'closing']],
      1,
    ],
    [
      'a rule under another name',
      policy.replaceAll('long-queries', 'slow-queries'),
      [
        ['other rule', 'runaway'],
        ['other rule', 'young'],
        ['other rule', 'closing'],
        ['other rule', 'campaign'],
      ],
      1,
    ],
    [
      'another owner',
      edited(['domains: [example.com]', 'domains: [example.org]']),
      [
        ['other owner', 'runaway'],
        ['other owner', 'young'],
        ['other owner', 'models'],
        ['other owner', 'campaign'],
      ],
      0,
    ],
    [
      'an exemption that has just ended',
      edited(['expires: 2026-12-31', 'expires: 2026-11-29'], ['budget: { perSweep: 2 }', 'budget: { perSweep: 1 }']),
      [['harder', 'closing']],
      1,
    ],
    [
      'a smaller budget',
      edited(['budget: { perSweep: 2 }', 'budget: { perSweep: 0 }']),
      [
        ['carried out otherwise', 'runaway'],
        ['carried out otherwise', 'campaign'],
        ['carried out otherwise', 'models'],
      ],
      0,
    ],
    [
      'a warning that becomes a record',
      edited(['limit: { queueTime: 1h }\n    action: warn', 'limit: { queueTime: 1h }\n    action: record']),
      [['softer', 'waiting']],
      0,
    ],
    [
      'a record that becomes a warning',
      edited(['limit: { runTime: 1h }\n    action: record', 'limit: { runTime: 1h }\n    action: warn']),
      [['harder', 'nightly']],
      1,
    ],
  ];
  it.each(table)('shows what %s changes, and whether that is harsher', async (_what, now, expected, exit) => {
    const { data, code } = await differed(now);
    expect(new Set(kinds(data))).toEqual(new Set(expected));
    expect(code).toBe(exit);
  });

  it('takes a cancel that only the budget postpones for a cancel', async () => {
    const now = edited(['limit: { runTime: 30m }', 'limit: { runTime: 22m }'], ['perSweep: 2', 'perSweep: 1']);
    const { data } = await differed(now);
    expect(kinds(data)).toContainEqual(['newly cancelled', 'young']);
    expect(data.verdicts[0]?.because).toContain('budget');
  });

  it('puts the harsher edits on their lines, and the others into the text', async () => {
    const now = edited(
      ['limit: { runTime: 30m }', 'limit: { runTime: 22m }'],
      ['limit: { queueTime: 1h }', 'limit: { queueTime: 2h }'],
    );
    const { data, text } = await differed(now);
    expect(data.problems).toMatchObject([
      {
        code: 'policy-harsher',
        severity: 'warning',
        file: 'new.yaml',
        line: 18,
        says: 'The limit of long-queries: runTime 22 min, was 30 min.',
      },
    ]);
    expect(data.edits.map(({ where, line, effect }) => [where, line, effect])).toEqual([
      ['rules[0].limit.runTime', 18, 'harsher'],
      ['rules[2].limit.queueTime', 32, 'softer'],
    ]);
    expect(text).toContain(
      '2 edits, 1 of them harsher or unclear.\n  softer   The limit of waiting-jobs: queueTime 2 h, was 1 h.\n',
    );
    expect(text).toMatch(
      /newly cancelled +bigquery:warehouse-prod:EU\.young +ana@example\.com +warn by long-queries +cancel by long-queries +It has run for 24 min/,
    );
  });

  it('shows what is gone on its line in the old policy', async () => {
    const now = policy.replace(/exemptions:[\s\S]*?\n\n/, '');
    const { data } = await differed(now, []);
    expect(data.problems).toMatchObject([
      { code: 'policy-harsher', file: 'old.yaml', line: 44, says: expect.stringContaining('is gone.') },
    ]);
  });

  it('annotates the lines of a pull request', async () => {
    const files = new Map([['new.yaml', edited(['limit: { runTime: 30m }', 'limit: { runTime: 22m }'])]]);
    const { out, code } = await jobwarden(['diff', '-', 'new.yaml', '--format', 'github'], { files, stdin: policy });
    expect(code).toBe(1);
    expect(out).toMatch(/^::warning file=new\.yaml,line=18,.*title=policy-harsher::The limit of long-queries/m);
  });

  it('does without jobs, and says so', async () => {
    const { data, text } = await differed(policy, []);
    expect(data.jobs).toBeUndefined();
    expect(text).toContain('No jobs were judged: --jobs FILE shows what becomes of them.');
  });

  it('judges jobs under both policies at the same moment and in the same deployment', async () => {
    const now = edited(['limit: { runTime: 30m }', 'limit: { runTime: 22m }']);
    const { data } = await differed(now, ['--jobs', jobs, '--at', '2026-11-30 10:00', '--setting', 'observe']);
    expect(kinds(data)).toEqual([['harder', 'young']]);
  });

  it.each([
    ['one policy', ['old.yaml'], 'Two policies are compared.'],
    ['three policies', ['old.yaml', 'old.yaml', 'old.yaml'], 'Two policies are compared.'],
    ['a policy that is not there', ['old.yaml', 'gone.yaml'], 'gone.yaml cannot be read'],
    ['a policy that is wrong', ['test/fixtures/policies/bad-no-rules.yaml', 'old.yaml'], '[empty-list]'],
    ['jobs that are not there', ['old.yaml', 'old.yaml', '--jobs', 'gone'], 'gone cannot be read'],
    ['jobs that are wrong', ['old.yaml', 'old.yaml', '--jobs', 'test/fixtures/jobs/policy.yaml'], '[no-jobs]'],
  ])('cannot run with %s', async (_what, words, says) => {
    const { err, code } = await jobwarden(['diff', ...words], { files: new Map([['old.yaml', policy]]) });
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  });
});
