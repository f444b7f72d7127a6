import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** How a command ended and what it printed. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const command = 'gcloud';

/** Whether the gcloud command line is here. */
export function gcloudInstalled(): boolean {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, command)));
}

let home: string | undefined;

afterAll(() => {
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
});

/** A folder for the files of a test file and for gcloud's own: no account and no settings are met, and it is removed. */
export function emptyHome(): string {
  home ??= mkdtempSync(path.join(tmpdir(), 'jobwarden-gcloud-'));
  return home;
}

/** Runs `gcloud storage …` against a stand-in, in its own home. */
export function gcloudStorage(args: readonly string[], url: string): Promise<CommandResult> {
  const cwd = emptyHome();
  const env = {
    PATH: process.env['PATH'],
    HOME: cwd,
    CLOUDSDK_CONFIG: path.join(cwd, 'gcloud'),
    CLOUDSDK_CORE_PROJECT: 'p',
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_CORE_CHECK_GCE_METADATA: 'false',
    CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${url}/storage/v1/`,
    CLOUDSDK_AUTH_ACCESS_TOKEN: 'stand-in',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
  return new Promise((resolve) => {
    execFile(
      command,
      ['storage', ...args],
      { env, cwd, timeout: 90_000, maxBuffer: 16 * 2 ** 20 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
