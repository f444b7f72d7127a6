import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Synthetic: no such project, account or token exists.
const index = fileURLToPath(new URL('../../functions/index.ts', import.meta.url));
const right = {
  JOBWARDEN_POLICY: 'policy.yaml',
  JOBWARDEN_TOPIC: 'projects/ops/topics/jobwarden',
  SLACK_BOT_TOKEN: 'xoxb-not-a-real-token',
};

interface Ended {
  readonly code: number;
  readonly entries: readonly { readonly severity: string; readonly message: string }[];
}

/** Loads the entry point in a process of its own, as the Functions Framework does, and waits for its end. */
function load(env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [index, ...args], { env, timeout: 15_000 }, (error, stdout) => {
      const code = error === null ? 0 : error.code;
      if (typeof code !== 'number') reject(new Error('the entry point did not end by itself', { cause: error }));
      else
        resolve({
          code,
          entries: stdout
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line)),
        });
    });
  });
}

describe('the entry point', () => {
  test.concurrent('ends with code 1 and says every problem, as one log entry each, with what to set', async () => {
    const { code, entries } = await load({ FUNCTION_TARGET: 'watch', JOBWARDEN_MODE: 'maybe', JOBWARDEN_MODUS: 'x' });
    expect(code).toBe(1);
    expect(entries.every(({ severity }) => severity === 'CRITICAL')).toBe(true);
    expect(entries.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^JOBWARDEN_MODE is "maybe", which cannot be used\. Set it to observe or enforce\.$/),
      expect.stringMatching(/^JOBWARDEN_POLICY is not set\. Set it to a path/),
      expect.stringMatching(/^JOBWARDEN_TOPIC is not set\. Set it to projects/),
      expect.stringMatching(/^JOBWARDEN_MODUS is no setting\. Remove it, or use one of JOBWARDEN_MODE/),
    ]);
  });

  test.concurrent('asks notify for what notify needs, by the name on the command line too', async () => {
    const { code, entries } = await load({}, ['--target=notify']);
    expect(code).toBe(1);
    expect(entries.map(({ message }) => message)).toEqual([expect.stringMatching(/^SLACK_BOT_TOKEN is not set/)]);
  });

  test.concurrent('asks for what both need when nobody says which one it is', async () => {
    const { code, entries } = await load({ JOBWARDEN_MODUS: 'x' });
    expect(code).toBe(1);
    const said = new Set(entries.map(({ message }) => message.split(' ')[0]));
    expect(entries).toHaveLength(said.size);
    expect([...said]).toEqual(['JOBWARDEN_POLICY', 'JOBWARDEN_TOPIC', 'JOBWARDEN_MODUS', 'SLACK_BOT_TOKEN']);
  });

  test.concurrent('refuses the endpoint of a stand-in in the cloud', async () => {
    const { code, entries } = await load({
      ...right,
      K_SERVICE: 'watch',
      JOBWARDEN_STATE: 'gs://ops-state',
      JOBWARDEN_CALLER: 'scheduler@ops.iam.gserviceaccount.com',
      JOBWARDEN_AUDIENCE: 'https://watch.example.com',
      FUNCTION_TARGET: 'watch',
      BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(entries[0]?.message).toMatch(/^BIGQUERY_EMULATOR_HOST is set in the cloud/);
  });

  test.concurrent('asks shard for what watch needs, and for a fleet', async () => {
    const { code, entries } = await load({ ...right, FUNCTION_TARGET: 'shard' });
    expect(code).toBe(1);
    expect(entries.map(({ message }) => message)).toEqual([expect.stringMatching(/^JOBWARDEN_SHARD_TOPIC is not set/)]);
  });

  test.concurrent('is silent and well as one of a fleet', async () => {
    const fleet = { JOBWARDEN_SHARDS: '4', JOBWARDEN_SHARD_TOPIC: 'projects/ops/topics/shards' };
    expect(await load({ ...right, ...fleet, FUNCTION_TARGET: 'shard' })).toEqual({ code: 0, entries: [] });
  });

  test.concurrent.each(['watch', 'notify'])('is silent and well with the right settings: %s', async (target) => {
    expect(await load({ ...right, FUNCTION_TARGET: target })).toEqual({ code: 0, entries: [] });
  });
});
