// The official Node client against the stand-in; all jobs here are made up.
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { expect, it } from 'vitest';
import { stage } from './stage.ts';

async function withClient() {
  const scene = await stage();
  const options = { projectId: 'p', apiEndpoint: scene.bigquery.url, authClient: new PassThroughClient() };
  return { ...scene, client: new BigQuery(options) };
}

it('inserts a job with labels and gets it back', async () => {
  const { client } = await withClient();
  const [job] = await client.createQueryJob({ query: 'SELECT 1 -- runs 5s', jobId: 'mine', labels: { team: 'x' } });
  expect(job.id).toBe('mine');
  const [metadata] = await client.job('mine', { location: 'US' }).getMetadata();
  expect(metadata).toMatchObject({
    status: { state: 'RUNNING' },
    configuration: { labels: { team: 'x' }, query: { query: 'SELECT 1 -- runs 5s' } },
    user_email: 'demo@example.com',
  });
});

it('lists page by page until there is no token', async () => {
  const { client, bigquery } = await withClient();
  for (let index = 0; index < 5; index += 1) bigquery.addJob({ project: 'p', id: `j${index}` });
  const pages: (readonly (string | undefined)[])[] = [];
  let pageToken: string | undefined;
  do {
    const query = {
      allUsers: true,
      autoPaginate: false,
      maxResults: 2,
      ...(pageToken === undefined ? {} : { pageToken }),
    };
    const [jobs, , response] = await client.getJobs(query);
    pages.push(jobs.map((job) => job.id));
    pageToken = response?.nextPageToken;
  } while (pageToken !== undefined);
  expect(pages).toEqual([['j4', 'j3'], ['j2', 'j1'], ['j0']]);
});

it('cancels a job outside US and EU with its location, and finds it stopped', async () => {
  const { client, bigquery, pass } = await withClient();
  bigquery.addJob({ project: 'p', id: 'far', location: 'europe-west3' });
  const job = client.job('far', { location: 'europe-west3' });
  const [answer] = await job.cancel();
  expect(answer).toMatchObject({ kind: 'bigquery#jobCancelResponse', job: { status: { state: 'RUNNING' } } });
  pass(2_000);
  const [metadata] = await job.getMetadata();
  expect(metadata).toMatchObject({ status: { state: 'DONE', errorResult: { reason: 'stopped' } } });
});

it('reads the errors as it reads those of the API', async () => {
  const { client, bigquery } = await withClient();
  bigquery.addJob({ project: 'p', id: 'far', location: 'europe-west3' });
  bigquery.addJob({ project: 'p', id: 'mine', onCancel: 'denied' });
  await expect(client.job('far').getMetadata()).rejects.toMatchObject({
    code: 404,
    errors: [{ reason: 'notFound' }],
    message: 'Not found: Job p:far',
  });
  await expect(client.job('mine').cancel()).rejects.toMatchObject({ code: 403, errors: [{ reason: 'accessDenied' }] });
});
