import { fileURLToPath } from 'node:url';
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { describe, expect, it } from 'vitest';
import { officialEmulatorInstalled } from '../../infra/local/pubsub/official.ts';
import { eventually, startLocal } from './local-process.ts';

const policy = fileURLToPath(new URL('../fixtures/acceptance.yaml', import.meta.url));

async function oneRunawayIsTold(pubsub: 'built-in' | 'official', state: 'directory' | 'bucket'): Promise<void> {
  const options = ['--policy', policy, '--pubsub', pubsub, '--state', state];
  const local = await startLocal(['--scenario', 'none', '--no-schedule', ...options]);
  expect(local.environment['JOBWARDEN_STATE']?.startsWith('gs://')).toBe(state === 'bucket');
  const client = new BigQuery({
    projectId: 'acceptance',
    apiEndpoint: local.bigquery,
    authClient: new PassThroughClient(),
  });
  const [job] = await client.createQueryJob({ query: 'SELECT 1 -- runs 1h', labels: { env: 'sandbox' } });
  await eventually(local.sweep, ({ outcomes }) => outcomes['cancelled'] === 1);
  const [{ status }] = await job.getMetadata();
  expect(status).toMatchObject({ state: 'DONE', errorResult: { reason: 'stopped' } });
  const inbox = await eventually(local.inbox, (messages) => messages.length > 0);
  expect(inbox.map(({ to }) => to)).toEqual(['demo@example.com']);
  expect(JSON.stringify(inbox)).toContain('sandbox-is-short');
  expect(await local.end('SIGTERM')).toBe(0);
}

describe('the whole path: watch → Pub/Sub → notify → Slack', () => {
  it('with the built-in Pub/Sub, and policy and state in buckets', { timeout: 240_000 }, () =>
    oneRunawayIsTold('built-in', 'bucket'),
  );

  const here = officialEmulatorInstalled();
  const title = `with the official emulator (${here ? 'installed' : 'skipped: google-cloud-cli has none here'})`;
  it.skipIf(!here)(title, { timeout: 240_000 }, () => oneRunawayIsTold('official', 'directory'));
});
