import { expect, it } from 'vitest';
import { aRow } from '../history/make.ts';
import { jobwarden } from './a-shell.ts';

// Synthetic: the history is made up.
const policy = `
version: 1
operators: { email: ops@example.com }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules: [{ name: long-queries, limit: { runTime: 30m }, action: cancel, grace: none }]
`;
const rows = (...ids: readonly string[]) =>
  ids.map((id) => JSON.stringify(aRow({ columns: { job_id: id } }))).join('\n');

it('jobwarden backtest counts a job once where exports overlap, and says so', async () => {
  const files = new Map([
    ['policy.yaml', policy],
    ['june.ndjson', rows('a', 'b')],
    ['july.ndjson', rows('b', 'c', 'c')],
  ]);
  const words = ['backtest', '--policy', 'policy.yaml', '--history', 'june.ndjson', 'july.ndjson', '--location', 'EU'];
  const { out, err } = await jobwarden([...words, '--format', 'json'], { files });
  const { answer, counts, problems } = JSON.parse(out);
  expect([answer.rules[0].cancels, counts]).toMatchObject([3, { rows: 5, jobs: 3 }]);
  expect(JSON.stringify(problems ?? err)).toContain('2 rows are of jobs that were read already');
});
