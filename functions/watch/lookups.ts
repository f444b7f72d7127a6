import type { Problem } from '../../shared/jobs/problem.ts';
import { largestLookupBytes, readLookupFile } from '../../shared/owners/lookup-file.ts';
import type { Lookups } from '../../shared/owners/owner.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicySource, Reading } from '../../shared/policy/source.ts';
import type { Standing } from './troubles.ts';

/** The lookups that could be read, and a standing trouble for each file with something wrong in it. */
export interface LookupsRead {
  readonly lookups: Lookups;
  readonly troubles: readonly Standing[];
}

const mostSaid = 10;
/** One slow edit in a file is not worth waking anybody: it is told once it has stood for so long. */
const patienceMs = 180_000;

function troubleOf(file: string, says: readonly string[], effect: string): Standing {
  return {
    key: `lookup:${file}`,
    trouble: { code: `lookup ${file}`, title: `The lookup ${file} is not right`, lines: [...says, effect] },
    toldAfterMs: patienceMs,
  };
}

function unreadable(file: string, why: string): Standing {
  const effect = 'Owners that it would have named are looked for by the next step of the policy.';
  return troubleOf(file, [`The file ${file} beside the policy cannot be read: ${why}.`], effect);
}

function malformed(file: string, problems: readonly Problem[]): Standing {
  const says = problems.slice(0, mostSaid).map(({ line, says, try: cure }) => {
    return `${line === undefined ? file : `Line ${line}`}: ${says} ${cure}`;
  });
  return troubleOf(file, says, 'The other lines count.');
}

type FileRead = { readonly entries: Readonly<Record<string, string>>; readonly trouble?: Standing };

function readText(file: string, reading: Reading, policy: Policy): FileRead {
  if ('unreadable' in reading) return { entries: {}, trouble: unreadable(file, reading.unreadable) };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(reading.bytes);
  } catch {
    return { entries: {}, trouble: unreadable(file, 'it is not UTF-8') };
  }
  const { entries, problems } = readLookupFile(text, file, (name) => Object.hasOwn(policy.owners.teams, name));
  return problems.length === 0 ? { entries } : { entries, trouble: malformed(file, problems) };
}

/** Reads the lookups of the policy, each file once. Never throws: a file that cannot be read is a trouble, and names nobody. */
export async function readLookups(source: Pick<PolicySource, 'beside'>, policy: Policy): Promise<LookupsRead> {
  const wanted = Object.entries(policy.owners.lookups);
  const files = [...new Set(wanted.map(([, file]) => file))];
  const none: Reading = { unreadable: 'this deployment reads no files beside its policy' };
  const read = new Map(
    await Promise.all(
      files.map(async (file) => {
        const reading = (await source.beside?.(file, largestLookupBytes)) ?? none;
        return [file, readText(file, reading, policy)] as const;
      }),
    ),
  );
  return {
    lookups: Object.fromEntries(wanted.map(([label, file]) => [label, read.get(file)?.entries ?? {}])),
    troubles: [...read.values()].flatMap(({ trouble }) => trouble ?? []),
  };
}
