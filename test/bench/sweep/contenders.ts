import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { resultSchema, type Result } from './result.ts';
import type { Contenders } from './build.ts';
import type { Host } from './host.ts';
import type { Counted, Setup } from './service.ts';

const run = promisify(execFile);

/** What one contender took, by its own word and by that of the service. */
export interface Taken extends Result, Counted {}

/** Who lists so many projects: the product, or a script that lists so many of them at once. */
export type Who =
  | { readonly who: 'product'; readonly projects: number }
  | { readonly who: 'library'; readonly projects: number; readonly atOnce: number };

/**
 * The heap that the deployed functions have. Left alone, Node takes as much as the machine has: in 256 MiB its heap may grow
 * to 259 MiB before it collects in earnest.
 */
function deployedFlags(): readonly string[] {
  const terraform = readFileSync(new URL('../../../infra/gcp/main.tf', import.meta.url), 'utf8');
  const [, flags] = /^ *heap_options += "([^"]+)"$/m.exec(terraform) ?? [];
  if (flags === undefined) throw new Error('infra/gcp/main.tf names no heap_options');
  return flags.split(' ');
}

/** Lets contenders loose on the service, each in a process of its own. */
export function arena(host: Host, contenders: Contenders) {
  // Nothing between this machine and itself, and nobody to ask for credentials.
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    METADATA_SERVER_DETECTION: 'none',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
  return async (setup: Setup, { who, ...what }: Who): Promise<Taken> => {
    await host.setUp(setup);
    const flags = who === 'product' ? deployedFlags() : [];
    const given = JSON.stringify({ endpoint: host.url, ...what });
    const { stdout } = await run(process.execPath, [...flags, contenders[who], given], { env });
    return { ...resultSchema.parse(JSON.parse(stdout)), ...(await host.counted()) };
  };
}
