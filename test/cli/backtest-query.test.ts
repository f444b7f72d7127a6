import { describe, expect, it } from 'vitest';
import { askBigQuery, type Query, type QueryClient } from '../../functions/cli/backtest-query.ts';
import { historySql, type Asked } from '../../functions/cli/backtest-sql.ts';
import { gib, tib } from '../make.ts';
import { aRow } from '../history/make.ts';

// BigQuery's client is the edge: what is sent to it, and what is made of its answers. All rows are made up.
const asked: Asked = {
  project: 'analytics-prod',
  days: 30,
  scope: 'project',
  location: 'EU',
  maxBytes: 100 * gib(1),
  isDry: false,
};

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

async function ask(stub: Stub, more: Partial<Asked> = {}) {
  const { client, sent } = aClient(stub);
  const jobs: string[] = [];
  const asking = { client, policy: undefined, progress: () => undefined };
  const read = await askBigQuery(
    { ...asked, ...more },
    asking,
    ({ final }) => void jobs.push(`${final.id} ${final.location}`),
  );
  return { read, jobs, sent };
}

describe('asking BigQuery for the past', () => {
  it.each([
    ['project', 'JOBS_BY_PROJECT'],
    ['folder', 'JOBS_BY_FOLDER'],
    ['organization', 'JOBS_BY_ORGANIZATION'],
  ] as const)('asks for the jobs of a %s in the view of its location', (scope, view) => {
    const sql = historySql({ ...asked, scope, location: 'europe-west3' });
    expect(sql).toContain(`FROM \`analytics-prod\`.\`region-europe-west3\`.INFORMATION_SCHEMA.${view}\n`);
    expect(sql).toContain('WHERE creation_time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL @days DAY)');
    expect(sql).not.toMatch(/\bquery\b(?!_)/);
  });

  it('first says what the query reads and costs, then reads the rows', async () => {
    const { read, jobs, sent } = await ask({ rows: [{ row: JSON.stringify(aRow()) }, { row: '{}' }, {}] });
    expect(sent.map(([what]) => what)).toEqual(['dry run', 'rows']);
    expect(sent[1]?.[1]).toMatchObject({
      location: 'EU',
      params: { days: 30 },
      maximumBytesBilled: String(100 * gib(1)),
    });
    expect(jobs).toEqual(['job-1 EU']);
    expect(read).toMatchObject({
      value: {
        counts: { rows: 3, jobs: 1, unreadable: 2 },
        told: ['The query reads 1.00 GiB of INFORMATION_SCHEMA in EU: under 0.01 USD on demand.', ''],
      },
    });
  });

  it('runs nothing in a dry run', async () => {
    const { read, sent } = await ask({}, { isDry: true });
    expect(sent.map(([what]) => what)).toEqual(['dry run']);
    expect(read).toMatchObject({ value: { told: [expect.any(String), 'It was not run (--dry-run).', ''] } });
  });

  it('runs nothing that would read too much', async () => {
    const { read, sent } = await ask({ bytes: tib(1) });
    expect(sent).toHaveLength(1);
    expect(read).toMatchObject({ problems: [{ code: 'too-many-bytes', says: expect.stringContaining('6.25 USD') }] });
  });

  it.each(['dryRun', 'rows'] as const)('throws in words when the %s fails', async (fails) => {
    await expect(ask({ fails })).rejects.toThrow(/^\[bigquery\] the history could not be asked for: /);
  });
});
