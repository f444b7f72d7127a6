import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bq, bqInstalled } from '../local/bq.ts';
import { eventually, startLocal } from './local-process.ts';

const policy = fileURLToPath(new URL('../fixtures/acceptance.yaml', import.meta.url));
const here = bqInstalled();

describe.skipIf(!here)(
  `with the official bq command line (${here ? 'installed' : 'skipped: it is not installed'})`,
  () => {
    it('cancels one of two labelled jobs, and bq itself says so', { timeout: 120_000 }, async () => {
      const local = await startLocal(['--scenario', 'none', '--no-schedule', '--policy', policy]);
      const place = { port: Number(new URL(local.bigquery).port), project: 'acceptance' };
      const submit = (id: string, env: string) =>
        bq(['--nosync', 'query', '--nouse_legacy_sql', `--job_id=${id}`, `--label=env:${env}`, 'SELECT 1'], place);
      expect((await submit('runaway', 'sandbox')).code).toBe(0);
      expect((await submit('month_end', 'prod')).code).toBe(0);

      const sweep = await eventually(local.sweep, ({ outcomes }) => outcomes['cancelled'] === 1);
      expect(sweep).toMatchObject({ status: 'ok', jobsSeen: 2, troubles: [] });

      const shown = async (id: string) => JSON.parse((await bq(['show', '--format=json', '-j', id], place)).stdout);
      expect(await shown('runaway')).toMatchObject({ status: { state: 'DONE', errorResult: { reason: 'stopped' } } });
      expect(await shown('month_end')).toMatchObject({ status: { state: 'RUNNING' } });
      const running = await bq(['ls', '-j', '-a', '--format=json', '--filter=states:RUNNING'], place);
      expect(running.stdout).not.toContain('runaway');
      expect(running.stdout).toContain('month_end');

      const [message] = await eventually(local.inbox, (inbox) => inbox.length === 1);
      expect(message).toMatchObject({ to: 'demo@example.com' });
      expect(JSON.stringify(message)).toContain('was cancelled');
      expect(await local.end('SIGINT')).toBe(0);
    });
  },
);
