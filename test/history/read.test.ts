import { describe, expect, it } from 'vitest';
import type { Problem } from '../../shared/jobs/problem.ts';
import { noCounts, readHistory } from '../../shared/history/read.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import { aRow } from './make.ts';

async function read(text: string, cut = 7) {
  const counts = noCounts();
  const problems: Problem[] = [];
  const jobs: PastJob[] = [];
  async function* bytes() {
    const all = new TextEncoder().encode(text);
    for (let at = 0; at < all.length; at += cut) yield all.slice(at, at + cut);
  }
  const options = { file: 'h.json', location: 'EU', counts, onProblem: (one: Problem) => problems.push(one) };
  for await (const batch of readHistory(bytes(), options)) jobs.push(...batch);
  return { jobs, counts, problems };
}

const good = JSON.stringify(aRow({ columns: { user_email: 'jürgen@example.com' } }));

describe('reading a history', () => {
  it.each([
    ['a JSON array', `\uFEFF [${good},\n${good}]`],
    ['one object on each line', `${good}\n${good}\n`],
    ['one object on each line without a last line break', `\r\n${good}\r\n${good}`],
  ])('reads %s', async (_, text) => {
    const { jobs, counts } = await read(text);
    expect(jobs.map(({ final }) => final.principal)).toEqual(['jürgen@example.com', 'jürgen@example.com']);
    expect(counts).toEqual({ rows: 2, jobs: 2, unfinished: 0, unreadable: 0 });
  });

  it('counts what it cannot read and names its line, and reads the rest', async () => {
    const bad = ['{"job_id": ', '17', JSON.stringify({ ...aRow(), end_time: 'soon' })];
    const { jobs, counts, problems } = await read([good, ...bad, good].join('\n'));
    expect([jobs.length, counts]).toEqual([2, { rows: 5, jobs: 2, unfinished: 0, unreadable: 3 }]);
    expect(problems.map(({ line, says }) => `${line}: ${says}`)).toEqual([
      '2: This row is left out: it is no JSON.',
      '3: This row is left out: it is no object.',
      '4: This row is left out: its end_time cannot be read.',
    ]);
  });

  it('counts jobs that were not over yet apart', async () => {
    const running = JSON.stringify({ ...aRow(), state: 'RUNNING', end_time: undefined });
    const { counts } = await read(`${running}\n${good}\n`);
    expect(counts).toEqual({ rows: 2, jobs: 1, unfinished: 1, unreadable: 0 });
  });

  it('reads nothing out of nothing', async () => {
    expect((await read(' \n')).counts).toEqual(noCounts());
  });
});
