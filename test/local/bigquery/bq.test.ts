// The official command lines against the stand-in; all jobs here are made up.
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseJson } from '../../../infra/local/bigquery/json.ts';
import { startBigQuery } from '../../../infra/local/bigquery/server.ts';
import type { StandInBigQuery } from '../../../infra/local/bigquery/server.ts';
import { bq, bqInstalled, gcloudBq, gcloudBqInstalled } from '../bq.ts';
import { at } from './stage.ts';

const SLOW = { timeout: 120_000 };
const found = (here: boolean, what: string) => (here ? `${what} is here` : `skipped: ${what} is not installed`);

async function running(): Promise<{
  readonly bigquery: StandInBigQuery;
  readonly place: { readonly port: number; readonly project: string };
}> {
  const bigquery = await startBigQuery();
  onTestFinished(() => bigquery.close());
  return { bigquery, place: { port: bigquery.port, project: 'p' } };
}

function listed(stdout: string): readonly unknown[] {
  const jobs = parseJson(stdout);
  return Array.isArray(jobs) ? jobs.map((job) => at(job, 'jobReference', 'jobId')) : [];
}

describe.skipIf(!bqInstalled())(`bq (${found(bqInstalled(), 'the bq command line')})`, () => {
  it('lists everybody’s jobs in the states it is asked for, over several pages', SLOW, async () => {
    const { bigquery, place } = await running();
    const ids = Array.from({ length: 1_005 }, (_, index) => `j${index}`);
    bigquery.addJob({ project: 'p', id: 'done', runsForMs: 0 });
    for (const id of ids) bigquery.addJob({ project: 'p', id, principal: `${id}@example.com`, pendingForMs: 1e8 });
    bigquery.addJob({ project: 'p', id: 'now' });
    const filter = '--filter=states:RUNNING,PENDING';
    const all = await bq(['ls', '-j', '-a', '--format=json', '-n', '2000', filter], place);
    expect(listed(all.stdout)).toEqual(['now', ...ids.toReversed()]);
    expect(bigquery.requests.map(({ query }) => /pageToken=/.test(query))).toEqual([false, true]);
  });

  it('lists the newest jobs only, finished ones too', SLOW, async () => {
    const { bigquery, place } = await running();
    for (const id of ['one', 'two', 'three']) bigquery.addJob({ project: 'p', id, runsForMs: 0 });
    const page = await bq(['ls', '-j', '-a', '--format=json', '-n', '2'], place);
    expect(listed(page.stdout)).toEqual(['three', 'two']);
  });

  it('starts a query with labels under an id, shows it, cancels it and waits for the end', SLOW, async () => {
    const { bigquery, place } = await running();
    const query = [
      'query',
      '--nosync',
      '--use_legacy_sql=false',
      '--job_id=mine',
      '--label=team:x',
      '--maximum_bytes_billed=100',
    ];
    const started = await bq([...query, 'SELECT 1 /* slots 30 */'], place);
    expect(started).toMatchObject({ code: 0, stdout: 'Successfully started query p:mine\n' });

    const shown = await bq(['show', '--format=json', '-j', 'mine'], place);
    expect(parseJson(shown.stdout)).toMatchObject({
      status: { state: 'RUNNING' },
      configuration: { labels: { team: 'x' }, query: { maximumBytesBilled: '100' } },
    });

    const cancelled = await bq(['cancel', 'mine'], place);
    expect(cancelled.stdout).toContain('Job has been cancelled successfully.');
    expect(bigquery.job('p', 'mine')?.status.errorResult?.reason).toBe('stopped');
    expect(listed((await bq(['ls', '-j', '-a', '--format=json', '--filter=states:RUNNING'], place)).stdout)).toEqual(
      [],
    );
  });

  it('says that a job completed before it could be cancelled', SLOW, async () => {
    const { bigquery, place } = await running();
    bigquery.addJob({ project: 'p', id: 'quick', onCancel: 'finishesFirst' });
    expect((await bq(['cancel', 'quick'], place)).stdout).toContain('Job completed before it could be cancelled.');
  });

  it('asks for a cancel without waiting, in a location of its own', SLOW, async () => {
    const { bigquery, place } = await running();
    bigquery.addJob({ project: 'p', id: 'far', location: 'europe-west3' });
    const asked = await bq(['--location=europe-west3', '--nosync', 'cancel', 'far'], place);
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.stdout).toContain('Job cancel has been requested.');
    await expect.poll(() => bigquery.job('p', 'far')?.status.state, { timeout: 10_000 }).toBe('DONE');
  });

  it('does not find a job that is not there, and says what is denied', SLOW, async () => {
    const { bigquery, place } = await running();
    bigquery.addJob({ project: 'p', id: 'mine', onCancel: 'denied' });
    const missing = await bq(['show', '-j', 'nope'], place);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stdout).toContain('Not found: Job p:nope');
    const denied = await bq(['cancel', 'mine'], place);
    expect(denied.code).toBe(1);
    expect(denied.stdout).toContain('Access Denied');
  });

  it('estimates a dry run', SLOW, async () => {
    const { place } = await running();
    const query = ['query', '--dry_run', '--use_legacy_sql=false', 'SELECT 1 /* estimates 3 TB */'];
    expect((await bq(query, place)).stdout).toContain('process 3000000000000 bytes');
  });
});

describe.skipIf(!gcloudBqInstalled())(
  `gcloud alpha bq (${found(gcloudBqInstalled(), 'the alpha component of gcloud')})`,
  () => {
    it('lists, describes and cancels', SLOW, async () => {
      const { bigquery, place } = await running();
      bigquery.addJob({ project: 'p', id: 'mine', principal: 'ana@example.com' });
      const listing = await gcloudBq(['jobs', 'list', '--show-all-users', '--format=json'], place);
      expect(listed(listing.stdout)).toEqual(['mine']);
      const described = await gcloudBq(['jobs', 'describe', 'mine', '--format=json'], place);
      expect(parseJson(described.stdout)).toMatchObject({
        user_email: 'ana@example.com',
        status: { state: 'RUNNING' },
      });
      expect(await gcloudBq(['jobs', 'cancel', 'mine'], place)).toMatchObject({ code: 0 });
      await expect
        .poll(() => bigquery.job('p', 'mine')?.status.errorResult?.reason, { timeout: 10_000 })
        .toBe('stopped');
    });
  },
);
