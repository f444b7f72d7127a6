import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** How a command ended and what it printed. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command talks to: the port of a stand-in BigQuery on this machine, and the project to work in. */
export interface BigQueryPlace {
  readonly port: number;
  readonly project: string;
}

function onPath(command: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file));
  return found && realpathSync(found);
}

/** The description of the API that comes with bq: with it, bq asks the server for none. */
function discoveryFile(): string | undefined {
  const bq = onPath('bq');
  if (!bq) return undefined;
  const file = path.join(path.dirname(bq), '..', 'platform', 'bq', 'discovery_next', 'bigquery.json');
  return existsSync(file) ? file : undefined;
}

/** Whether the bq command line is here, with its description of the API. */
export function bqInstalled(): boolean {
  return discoveryFile() !== undefined;
}

/** Whether gcloud is here with the alpha component, which has its own commands for BigQuery jobs. */
export function gcloudBqInstalled(): boolean {
  const gcloud = onPath('gcloud');
  return gcloud !== undefined && existsSync(path.join(path.dirname(gcloud), '..', 'lib', 'surface', 'bq', 'jobs'));
}

let home: string | undefined;

afterAll(() => {
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
});

/** A home of its own for all commands of a test file, removed at its end: no account and no settings are met. */
function emptyHome(): string {
  if (home !== undefined) return home;
  home = mkdtempSync(path.join(tmpdir(), 'jobwarden-bq-'));
  return home;
}

function environment(): NodeJS.ProcessEnv {
  const folder = emptyHome();
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    CLOUDSDK_CONFIG: path.join(folder, 'gcloud'),
    BIGQUERYRC: path.join(folder, 'bigqueryrc'),
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_CORE_CHECK_GCE_METADATA: 'false',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
}

function run(command: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const options = { env: { ...environment(), ...extra }, timeout: 60_000, maxBuffer: 16 * 2 ** 20 };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs the official bq command line against a stand-in; args begin with the command or with global flags. */
export function bq(args: readonly string[], { port, project }: BigQueryPlace): Promise<CommandResult> {
  const flags = [
    `--api=http://127.0.0.1:${port}`,
    '--oauth_access_token=stand-in',
    `--discovery_file=${discoveryFile() ?? ''}`,
    `--project_id=${project}`,
  ];
  return run('bq', [...flags, ...args]);
}

/** Runs `gcloud alpha bq …` against a stand-in. */
export function gcloudBq(args: readonly string[], { port, project }: BigQueryPlace): Promise<CommandResult> {
  return run('gcloud', ['alpha', 'bq', ...args, `--project=${project}`], {
    CLOUDSDK_API_ENDPOINT_OVERRIDES_BIGQUERY: `http://127.0.0.1:${port}/bigquery/v2/`,
    CLOUDSDK_AUTH_ACCESS_TOKEN: 'stand-in',
  });
}
