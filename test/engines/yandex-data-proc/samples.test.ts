import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { yandexDataProc } from '../../../shared/engines/yandex-data-proc.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { aBudget } from '../../contracts/engine.ts';
import { aJob } from '../../make.ts';
import { sample, samples, samplesAreHere } from '../samples.ts';
import { json, serve, type Reply } from '../scripted-bigquery.ts';

const target = {
  engine: 'yandex-data-proc',
  name: 'yandex-data-proc:b1g0example00000folder',
  project: 'b1g0example00000folder',
} as const;
const id = 'c9q0example00000cluster/c9q0example000000000job';
const job: Job = aJob({ engine: 'yandex-data-proc', target: target.name, project: target.project, id });

/** An engine whose service answers with documented samples: the first reply whose path fits. */
async function anEngine(replies: Readonly<Record<string, Reply>>, credentials?: string) {
  const server = await serve((asked, response) => {
    const reply = Object.entries(replies).find(([path]) => asked.path.endsWith(path))?.[1];
    (reply ?? json({}, 404))(asked, response);
  });
  onTestFinished(() => server.close());
  const now = () => Date.parse('2026-01-01T11:00:00Z');
  return { server, ...yandexDataProc({ endpoint: server.url, now, credentials }) };
}

const budget = () => ({ ...aBudget(), untilMs: Infinity });

describe.runIf(samplesAreHere)(`what becomes of ${samples}`, () => {
  it('lists the job of the documented cluster', async () => {
    const { source } = await anEngine({
      '/clusters': json(sample('yandex-clusters-list')),
      '/jobs': json(sample('yandex-jobs-list')),
    });
    const found = [];
    for await (const page of source.list(target, budget())) found.push(...page.jobs);
    expect(found).toMatchObject([{ id, state: 'running', jobType: 'pyspark', labels: { env: 'prod' } }]);
  });

  it.each([0, 1])('takes operation %i for an accepted cancel', async (index) => {
    const { canceller } = await anEngine({ ':cancel': json(sample('yandex-job-cancel', index)) });
    expect(await canceller.cancel(job, budget())).toEqual({ kind: 'accepted' });
  });

  it('quotes the documented error, once, as nothing renews a token that was not asked for', async () => {
    const { source, server } = await anEngine({ '/clusters': json(sample('yandex-error'), 401) });
    const said = 'the credentials were refused (HTTP 401 Token is invalid or has expired.)';
    await expect(source.list(target, budget())[Symbol.asyncIterator]().next()).rejects.toThrow(said);
    expect(server.asked.length).toBe(1);
  });

  it('shows the token that the metadata service hands out', async () => {
    const { source, server } = await anEngine(
      { '/token': json(sample('yandex-metadata-token')), '/clusters': json({}) },
      'metadata',
    );
    for await (const page of source.list(target, budget())) expect(page.jobs).toEqual([]);
    expect(server.asked.at(-1)?.headers.authorization).toBe('Bearer t1.9euelZrPm5O********');
  });

  it('shows the token that a key is exchanged for', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const file = JSON.stringify({ ...Object(sample('yandex-sa-key-file')), private_key: privateKey });
    const token = { ...Object(sample('yandex-iam-token', 1)), iamToken: 't1.9euelZ' };
    const { source, server } = await anEngine({ '/iam/v1/tokens': json(token), '/clusters': json({}) }, file);
    for await (const page of source.list(target, budget())) expect(page.jobs).toEqual([]);
    expect(Object.keys(JSON.parse(server.asked[0]?.body ?? ''))).toEqual(
      Object.keys(Object(sample('yandex-iam-token'))),
    );
    expect(server.asked.at(-1)?.headers.authorization).toBe('Bearer t1.9euelZ');
  });
});
