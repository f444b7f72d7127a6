import type { Problem } from '../../shared/jobs/problem.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import type { Receipt } from '../../shared/ledger/receipts.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { marksFolder, readMark, type MarkRecord } from '../../shared/report/marks.ts';
import { optionOf } from './asked.ts';
import type { Given, Outside } from './command.ts';
import { callBudget } from './live.ts';
import type { Read } from './policy-file.ts';
import { noLedger, stateOf, wholeLedgerIn } from './state-place.ts';

/** What the state of a deployment says: the ledger, and of the period its receipts and marks. */
export interface StateRead {
  readonly state: string;
  readonly ledger: LedgerDocument;
  readonly receipts: readonly Receipt[];
  readonly marks: readonly MarkRecord[];
  readonly problems: readonly Problem[];
}

/** More objects of a folder are not read; the newest ones are. */
const mostRead = 20_000;
const atOnce = 16;

async function namesIn(objects: Objects, folder: string, sinceMs: number, outside: Outside): Promise<string[]> {
  const found: { readonly name: string; readonly updatedAtMs: number }[] = [];
  for await (const { name, updatedAtMs } of objects.list(folder, callBudget(outside)))
    if (updatedAtMs >= sinceMs) found.push({ name, updatedAtMs });
  return found
    .sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.name < b.name ? -1 : 1))
    .slice(0, mostRead)
    .map(({ name }) => name);
}

function unreadable(where: string, error: unknown): Problem {
  const says = error instanceof Error ? error.message : String(error);
  const cure = 'The report is without it; correct it, or grant yourself to read the state.';
  return { code: 'state-unreadable', severity: 'warning', where, says, try: cure };
}

/** Reads what is named, some at once. What one of them says against it is told for the first ten, and stops nothing. */
async function readAll<Value>(
  names: readonly string[],
  read: (name: string) => Promise<Value | undefined>,
): Promise<{ readonly values: readonly Value[]; readonly problems: readonly Problem[] }> {
  const values: Value[] = [];
  const problems: Problem[] = [];
  const rest = [...names];
  const work = async () => {
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      try {
        const value = await read(name);
        if (value !== undefined) values.push(value);
      } catch (error) {
        if (problems.length < 10) problems.push(unreadable(name, error));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { values, problems };
}

async function folderOf<Value>(
  folder: string,
  about: { readonly objects: Objects; readonly sinceMs: number; readonly outside: Outside },
  read: (name: string) => Promise<Value | undefined>,
) {
  const { objects, sinceMs, outside } = about;
  try {
    return await readAll(await namesIn(objects, folder, sinceMs, outside), read);
  } catch (error) {
    return { values: [], problems: [unreadable(folder, error)] };
  }
}

/** Whether a state was named at all. */
function isNamed(given: Given, { env }: Outside): boolean {
  return optionOf(given, 'state') !== undefined || (env['JOBWARDEN_STATE'] ?? '') !== '';
}

/** Reads the state that is named; undefined where none is named, and none is in the default place. */
export async function readState(given: Given, sinceMs: number, outside: Outside): Promise<Read<StateRead | undefined>> {
  const place = stateOf(given, outside);
  if ('code' in place) return { problems: [place] };
  if (!isNamed(given, outside)) return { value: undefined };
  const { state } = place;
  const ledger = await wholeLedgerIn(state, outside);
  if (ledger === undefined) return { problems: [noLedger(state)] };
  const objects = outside.objects(state);
  const { now } = outside;
  const stored = objectReceipts(objects, { now });
  const about = { objects, sinceMs, outside };
  const receipts = await folderOf('receipts/', about, (name) => stored.get(name.slice('receipts/'.length)));
  const marks = await folderOf(marksFolder, about, (name) => readMark(objects, name, now));
  return {
    value: {
      state,
      ledger,
      receipts: receipts.values,
      marks: marks.values,
      problems: [...receipts.problems, ...marks.problems],
    },
  };
}
