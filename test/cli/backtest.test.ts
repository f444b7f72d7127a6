import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { outsideOf } from '../../functions/cli/outside.ts';
import { aRow } from '../history/make.ts';
import { jobwarden } from './a-shell.ts';

// Synthetic: the history is made up.
const policy = `
version: 1
mode: observe
operators: { email: ops@example.com }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules: [{ name: long-queries, limit: { runTime: LIMIT }, action: cancel, grace: none }]
`;
const files = new Map([
  ['new.yaml', policy.replace('LIMIT', '30m')],
  ['old.yaml', policy.replace('LIMIT', '2h')],
  ['jobs.json', JSON.stringify([aRow(), aRow({ runTimeMs: 9 * 3_600_000, columns: { job_id: '@evil|job' } })])],
]);
const words = ['backtest', '--policy', 'new.yaml', '--history', 'jobs.json', '--location', 'EU'];

describe('jobwarden backtest', () => {
  it('compares two policies on the same jobs', async () => {
    const { code, out } = await jobwarden([...words, '--against', 'old.yaml'], { files });
    expect(code).toBe(0);
    expect(out).toContain('Against old.yaml: 1 jobs would be cancelled that were not, and 0 no longer.');
    expect(out).toMatch(/^long-queries +1 -> 2 /m);
  });

  it('writes Markdown in which nothing of a job can act', async () => {
    const { out } = await jobwarden([...words, '--format', 'markdown'], { files });
    expect(out).toContain('### What new.yaml would have done');
    expect(out).not.toMatch(/@evil|sam@example/);
  });

  it('gives the numbers, the verdicts and the samples as JSON', async () => {
    const { out } = await jobwarden([...words, '--format', 'json'], { files });
    const data = JSON.parse(out);
    expect(data.answer.rules[0]).toMatchObject({ rule: 'long-queries', cancels: 2 });
    expect(data.answer.verdicts).toHaveLength(2);
    expect(data.samples[0].columns.runTimeMs).toEqual([3_600_000, 9 * 3_600_000]);
  });

  it('reads several files, also named one after the other', async () => {
    const more = new Map([...files, ['more.ndjson', JSON.stringify(aRow({ columns: { job_id: 'third' } }))]]);
    const { out } = await jobwarden([...words, 'more.ndjson', '--format', 'json'], { files: more });
    expect(JSON.parse(out).counts).toMatchObject({ jobs: 3 });
  });

  it.each([
    ['no-jobs', ['--policy', 'new.yaml', '--history', 'empty.json']],
    ['no-file', ['--history', 'jobs.json']],
    ['no-history', ['--policy', 'new.yaml', '--history', 'jobs.json', '--project', 'p']],
    ['file-unreadable', ['--policy', 'new.yaml', '--against', 'missing.yaml', '--history', 'jobs.json']],
  ])('refuses with %s', async (code, args) => {
    const ran = await jobwarden(['backtest', ...args], { files: new Map([...files, ['empty.json', '[]']]) });
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(`[${code}]`)]);
  });
});

describe('a command without Markdown of its own', () => {
  it('prints its text in a block, and its problems as a list', async () => {
    const { out } = await jobwarden(['check', 'new.yaml', 'missing.yaml', '--format', 'markdown'], { files });
    expect(out).toMatch(/^- \*\*error\*\* /m);
    const fine = await jobwarden(['check', 'new.yaml', '--format', 'markdown'], { files });
    expect(fine.out).toMatch(/```text\n[^]+\n```\n$/);
  });
});

describe('a history on the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobwarden-backtest-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read bit by bit, with a bar on a terminal', async () => {
    const file = join(folder, 'jobs.ndjson');
    const rows = Array.from({ length: 3000 }, (_, index) =>
      JSON.stringify(aRow({ columns: { job_id: `job-${index}` } })),
    );
    writeFileSync(file, `${rows.join('\n')}\n`);
    const said: string[] = [];
    const status = { write: (text: string) => said.push(text) };
    const { open } = outsideOf({}, { input: Readable.from([]), status });
    const progress = (text: string) => void said.push(text);
    const more = ['backtest', '--policy', 'new.yaml', '--history', file, '--format', 'json'];
    const ran = await jobwarden(more, {
      files,
      outside: {
        open: (name) => open?.(name) ?? { chunks: Readable.from([]), totalBytes: async () => undefined },
        progress,
      },
    });
    expect(JSON.parse(ran.out).counts.jobs).toBe(3000);
    expect(said.some((text) => /jobs\.ndjson \[#+\.*\] \d+ %, \d+ jobs$/.test(text))).toBe(true);
    expect(said.at(-1)).toBe('');
  });

  it('that is not there is named', async () => {
    const { open } = outsideOf({}, { input: Readable.from([]), status: undefined });
    const read = async () => {
      for await (const _ of open?.(join(folder, 'missing')).chunks ?? []) continue;
    };
    await expect(read()).rejects.toThrow(/missing cannot be read: there is no such file\.$/);
  });
});
