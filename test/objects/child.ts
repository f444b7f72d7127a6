import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** How a child ended: with what it printed, or by which signal. */
export interface Ended {
  readonly stdout: string;
  readonly signal: string | undefined;
}

const script = fileURLToPath(new URL('directory-child.ts', import.meta.url));

/** Runs `directory-child.ts` to its end; throws when it fails other than by a signal. */
export async function child(...args: readonly (string | number)[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 60_000, env: { PATH: process.env['PATH'] } };
    execFile(process.execPath, [script, ...args.map(String)], options, (error, stdout, stderr) => {
      const signal = error?.signal ?? undefined;
      if (error && signal === undefined) reject(new Error(`The child failed: ${stderr}`, { cause: error }));
      else resolve({ stdout, signal });
    });
  });
}

/** A folder that is gone after the test. */
export async function aFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jobwarden-objects-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return join(path, 'store');
}
