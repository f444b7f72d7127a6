import { dirname, join } from 'node:path';
import type { Problem } from '../../shared/jobs/problem.ts';
import { largestLookupBytes, readLookupFile } from '../../shared/owners/lookup-file.ts';
import type { Lookups } from '../../shared/owners/owner.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Outside } from './command.ts';

/** The lookups of a policy that could be read, and what is wrong with their files. */
export interface LookupFiles {
  readonly lookups: Lookups;
  readonly problems: readonly Problem[];
}

interface One {
  readonly entries: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

function unreadable(file: string, where: string, says: string): One {
  const cure = 'Put the file beside the policy, or take the lookup out: until then nobody is found by it.';
  const problem: Problem = { code: 'lookup-unreadable', severity: 'warning', where, file, says, try: cure };
  return { entries: {}, problems: [problem] };
}

async function readOne(file: string, where: string, policy: Policy, outside: Outside): Promise<One> {
  let text: string;
  try {
    text = await outside.read(file);
  } catch (error) {
    return unreadable(file, where, error instanceof Error ? error.message : String(error));
  }
  if (Buffer.byteLength(text) > largestLookupBytes) {
    return unreadable(file, where, `${file} has more than ${largestLookupBytes} bytes, and is not read.`);
  }
  return readLookupFile(text, file, (name) => Object.hasOwn(policy.owners.teams, name));
}

/** Reads the lookups beside a policy in a local file, each file once. A policy from standard input has none beside it. */
export async function readLookupFiles(policyFile: string, policy: Policy, outside: Outside): Promise<LookupFiles> {
  if (policyFile === '-') return { lookups: {}, problems: [] };
  const wanted = Object.entries(policy.owners.lookups);
  const read = new Map<string, One>();
  for (const [label, name] of wanted) {
    if (read.has(name)) continue;
    const file = join(dirname(policyFile), name);
    read.set(name, await readOne(file, `owners.lookups.${label}`, policy, outside));
  }
  return {
    lookups: Object.fromEntries(wanted.map(([label, name]) => [label, read.get(name)?.entries ?? {}])),
    problems: [...read.values()].flatMap(({ problems }) => problems),
  };
}
