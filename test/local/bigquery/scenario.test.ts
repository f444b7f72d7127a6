import { useFakeTimers } from 'sinon';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadScenario, play, readScenario } from '../../../infra/local/scenario.ts';
import type { Scenario } from '../../../infra/local/scenario.ts';
import { startBigQuery } from '../../../infra/local/bigquery/server.ts';
import { MORNING_MS } from './stage.ts';

const DEMO = 'infra/local/scenarios/demo.yaml';

function problemsOf(text: string) {
  const loaded = readScenario(text, 'bad.yaml');
  return 'problems' in loaded ? loaded.problems : [];
}

async function demo(): Promise<Scenario> {
  const loaded = await loadScenario(DEMO);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, undefined, 1));
  return loaded.scenario;
}

describe('a scenario file', () => {
  it('reports everything that is wrong at once, with the name of the job and the line', () => {
    const text = `title: Bad
jobs:
  - name: cross join
    project: p
    principal: a@example.com
    ran: 29 minutes
    rans: 1m
    estimates: 3
  - project: p
    principal: a@example.com
    scans: 3 GB
    onCancel: explodes
    ends: badly
`;
    const problems = problemsOf(text);
    expect(problems.map(({ where, line, says }) => ({ where, line, says }))).toEqual([
      {
        where: 'jobs[0] "cross join": estimates',
        line: 8,
        says: expect.stringMatching(/"3" is not a size; write it like 3 TB/),
      },
      { where: 'jobs[0] "cross join": ran', line: 6, says: expect.stringMatching(/"29 minutes" is not a time/) },
      { where: 'jobs[0] "cross join"', line: 3, says: expect.stringMatching(/rans/) },
      { where: 'jobs[1]: scans', line: 11, says: expect.stringMatching(/2 GB\/s/) },
      { where: 'jobs[1]: ends', line: 13, says: expect.stringMatching(/"well"/) },
      { where: 'jobs[1]: onCancel', line: 12, says: expect.stringMatching(/finishes first/) },
    ]);
    expect(problems.every((problem) => problem.file === 'bad.yaml' && problem.try !== '')).toBe(true);
  });

  it('says where a key is missing, where the text is no YAML, and where two jobs share an id', () => {
    expect(problemsOf('title: x\njobs:\n  - name: a\n    project: p\n')).toMatchObject([
      { where: 'jobs[0] "a": principal', line: 3 },
    ]);
    expect(problemsOf('title: x\njobs: [\n')[0]).toMatchObject({ where: 'the file' });
    const job = '  - { project: p, principal: a@example.com, id: same }\n';
    expect(problemsOf(`title: x\njobs:\n${job}${job}`)).toMatchObject([
      { where: 'jobs[1]: id', line: 4, says: 'p:US.same is already the id of jobs[0]' },
    ]);
  });

  it('that is not there is an error with its name', async () => {
    await expect(loadScenario('no-such.yaml')).rejects.toThrow('[scenario] no-such.yaml cannot be read');
  });
});

describe('the demo scenario', () => {
  async function playing() {
    const story = await demo();
    const clock = useFakeTimers({ now: MORNING_MS, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    onTestFinished(() => clock.restore());
    const bigquery = await startBigQuery();
    onTestFinished(() => bigquery.close());
    return { story, clock, bigquery };
  }

  it('adds each job at its moment', async () => {
    const { story, clock, bigquery } = await playing();
    const refused: unknown[] = [];
    const { stop } = play(story, bigquery, (news) => 'refused' in news && refused.push(news.refused));
    onTestFinished(stop);
    const crossJoin = () => bigquery.job('research-eu', 'bqjob_r5f8e2a4bc55a0b9e_0000019a387f34b4_1');
    clock.tick(5_999);
    expect(crossJoin()).toBeUndefined();
    clock.tick(1);
    expect(crossJoin()?.statistics).toMatchObject({ startTime: String(MORNING_MS + 6_000 - 1_795_000) });
    expect(crossJoin()?.jobReference.location).toBe('europe-west3');
    expect(refused).toEqual([]);
  });

  it('has the cast that the demo is about', async () => {
    const { story, clock, bigquery } = await playing();
    const { stop } = play(story, bigquery);
    onTestFinished(stop);
    clock.tick(10_000);
    const ana = bigquery.job('analytics-prod', 'bquxjob_6c1f2d47_19a9d2b7c55');
    expect(ana).toMatchObject({
      user_email: 'ana.diaz@example.com',
      status: { state: 'RUNNING' },
      statistics: { query: { statementType: 'SELECT' } },
      configuration: { labels: { owner: 'ana-diaz' } },
    });
    expect(bigquery.job('analytics-prod', 'continuous_fraud_alerts')?.configuration).toMatchObject({
      query: { continuous: true },
    });
    expect(bigquery.job('analytics-prod', 'load_raw_orders_20261124')?.configuration).toMatchObject({
      jobType: 'LOAD',
    });
    expect(bigquery.job('analytics-dev', 'backfill_sessions_v2')?.configuration).toMatchObject({
      labels: { jobwarden: 'keep' },
    });
    expect(story.jobs.some((job) => 'dbt_invocation_id' in job.labels)).toBe(true);
    expect(new Set(story.jobs.map((job) => job.location))).toEqual(new Set(['US', 'europe-west3']));
  });

  it('has a job that ends well when it is cancelled', async () => {
    const { story, clock, bigquery } = await playing();
    const { stop } = play(story, bigquery);
    onTestFinished(stop);
    clock.tick(10_000);
    const id = 'quarterly_export_2026q4';
    await fetch(`${bigquery.url}/bigquery/v2/projects/analytics-dev/jobs/${id}/cancel`, { method: 'POST' });
    clock.tick(10_000);
    expect(bigquery.job('analytics-dev', id)?.status).toEqual({ state: 'DONE' });
  });

  it('adds nothing more once it is stopped', async () => {
    const { story, clock, bigquery } = await playing();
    let added = 0;
    const { stop } = play(story, bigquery, () => (added += 1));
    const atOnce = added;
    stop();
    clock.tick(60_000);
    expect([added, atOnce]).toEqual([atOnce, story.jobs.filter((job) => job.appears === 0).length]);
  });

  it('says which job the stand-in refused, and goes on', async () => {
    const { story, bigquery } = await playing();
    bigquery.addJob({ project: 'analytics-prod', id: 'continuous_fraud_alerts' });
    const news: string[] = [];
    const { stop } = play(story, bigquery, (each) =>
      news.push('refused' in each ? `refused ${each.job.name}` : 'added'),
    );
    stop();
    expect(news.filter((each) => each !== 'added')).toEqual(['refused fraud alerts']);
    expect(news.length).toBeGreaterThan(3);
  });
});
