import { describe, expect, it } from 'vitest';
import type { Query, QueryClient } from '../../functions/cli/backtest-query.ts';
import { eventsSql, readTable, type TableAsked } from '../../functions/cli/report-query.ts';
import { eventReader } from '../../functions/cli/report-read.ts';
import { gathering } from '../../shared/report/gathering.ts';
import { readFileSync } from 'node:fs';
import { aJob, gib, tib } from '../make.ts';
import { root } from './a-shell.ts';
import { cancelled } from './an-event.ts';

// BigQuery's client is the edge: what is sent to it, and what is made of its answers. All rows are made up.
const asked: TableAsked = {
  table: 'ops.jobwarden_audit.all_events',
  project: 'ops',
  location: 'EU',
  days: 30,
  maxBytes: gib(100),
  isDry: false,
};
const { case: job_case, correlationid: sweep, ...rest } = cancelled(aJob({ id: 'one' }));
const row = { row: JSON.stringify({ ...rest, job_case, sweep }) };

interface Stub {
  readonly bytes?: number;
  readonly rows?: readonly unknown[];
  readonly fails?: 'dryRun' | 'rows';
}

function aClient({ bytes = gib(1), rows = [], fails }: Stub) {
  const sent: [string, Query][] = [];
  const client: QueryClient = {
    dryRun: async (query) => {
      sent.push(['dry run', query]);
      if (fails === 'dryRun') throw new Error('Access Denied');
      return bytes;
    },
    rows: async function* all(query) {
      sent.push(['rows', query]);
      if (fails === 'rows') throw new Error('quotaExceeded');
      yield* rows;
    },
  };
  return { client, sent };
}

async function ask(stub: Stub, more: Partial<TableAsked> = {}) {
  const { client, sent } = aClient(stub);
  const all = gathering(0);
  const reader = eventReader(all);
  const read = await readTable({ ...asked, ...more }, { client, reader, policy: undefined, progress: () => undefined });
  return { read, sent, gathered: all.gathered(), problems: reader.read().problems };
}

describe('asking BigQuery for events', () => {
  it('asks for columns that the view of infra/gcp has', () => {
    const terraform = readFileSync(`${root}/infra/gcp/audit.tf`, 'utf8');
    const [, select = ''] = /SELECT id, ([^\n]*)/.exec(eventsSql(asked)) ?? [];
    for (const column of ['id', ...select.split(', ')]) expect(terraform).toMatch(new RegExp(`AS ${column}\\b`));
    expect(eventsSql(asked)).toContain('FROM `ops.jobwarden_audit.all_events`');
  });

  it('first says what the query reads and costs, then reads the rows, as a stream', async () => {
    const { read, sent, gathered, problems } = await ask({ rows: [row, row, { row: '{}' }] });
    expect(sent.map(([what]) => what)).toEqual(['dry run', 'rows']);
    expect(sent[1]?.[1]).toMatchObject({ location: 'EU', params: { days: 30 }, maximumBytesBilled: String(gib(100)) });
    expect(read).toEqual({
      value: ['The query reads 1.00 GiB of ops.jobwarden_audit.all_events: under 0.01 USD on demand.', ''],
    });
    expect(gathered.stories.size).toBe(1);
    expect(problems).toMatchObject([{ file: asked.table, line: 3 }]);
  });

  it('says what it costs at most where it is not told where the view is', async () => {
    const { read } = await ask({ bytes: tib(1) }, { location: '', maxBytes: tib(2) });
    expect(read).toMatchObject({ value: [expect.stringMatching(/: at most [\d.]+ USD on demand\.$/), ''] });
  });

  it('runs nothing in a dry run', async () => {
    const { read, sent } = await ask({}, { isDry: true });
    expect(sent.map(([what]) => what)).toEqual(['dry run']);
    expect(read).toMatchObject({ value: [expect.any(String), 'It was not run (--dry-run).'] });
  });

  it('runs nothing that would read too much', async () => {
    const { read, sent } = await ask({ bytes: tib(1) });
    expect(sent).toHaveLength(1);
    expect(read).toMatchObject({ problems: [{ code: 'too-many-bytes', says: expect.stringContaining('6.25 USD') }] });
  });

  it.each(['dryRun', 'rows'] as const)('throws in words when the %s fails', async (fails) => {
    await expect(ask({ fails })).rejects.toThrow(/^\[bigquery\] the events could not be asked for: /);
  });
});
