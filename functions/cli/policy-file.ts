import type { Problem } from '../../shared/jobs/problem.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Lookups } from '../../shared/owners/owner.ts';
import type { Outside } from './command.ts';
import { readLookupFiles } from './lookup-files.ts';

/** A policy that was read, with its text and the notes on it. */
export interface PolicyFile {
  readonly file: string;
  readonly text: string;
  readonly policy: Policy;
  readonly notes: readonly Problem[];
  /** What the files beside it say; `check` says what is wrong with them. */
  readonly lookups: Lookups;
}

/** What was read, or everything that keeps it from being used. */
export type Read<Value> = { readonly value: Value } | { readonly problems: readonly Problem[] };

/** The text of a file, or the problem that it cannot be read. */
export async function readText(file: string, outside: Outside): Promise<Read<string>> {
  try {
    return { value: await outside.read(file) };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const problem = { code: 'file-unreadable', severity: 'error' as const, where: 'file', file, says };
    return { problems: [{ ...problem, try: 'Correct the path, or make the file readable.' }] };
  }
}

/** Reads and checks a policy. One that is not right as a whole is no policy. */
export async function readPolicy(file: string, outside: Outside): Promise<Read<PolicyFile>> {
  const text = await readText(file, outside);
  if ('problems' in text) return text;
  const loaded = loadPolicy(text.value, { file, now: outside.now() });
  if (loaded.policy === undefined) return { problems: loaded.problems };
  const { policy, notes } = loaded;
  const { lookups } = await readLookupFiles(file, policy, outside);
  return { value: { file, text: text.value, policy, notes, lookups } };
}
