import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aNotice } from '../notices/make.ts';
import { calls, deliverWith, faults, type Call, type Fault, type Told } from './fault-world.ts';

// Synthetic: no such person, job or channel exists.
const notice = aNotice();

interface Row {
  readonly call: Call;
  readonly fault: Fault;
}

const writes: ReadonlySet<Call> = new Set([
  'claim',
  'take over the claim of a process that ended',
  'finish the claim',
  'write the receipt',
]);
const conditional: ReadonlySet<Call> = new Set([...writes, 'give the claim back', 'delete what is old']);

/** The stand-in spoils no answer that there is nothing. */
const isSpoilt = ({ kind }: (typeof faults)[number]) => /body|json|shape/.test(kind);

function rowsOf(call: Call): readonly Row[] {
  const fitting = faults.filter(
    (fault) =>
      (!('carriedOut' in fault) || conditional.has(call)) && !(call.endsWith('is not there') && isSpoilt(fault)),
  );
  const all: readonly Fault[] = conditional.has(call) ? [...fitting, 'somebody else wrote'] : fitting;
  return all.map((fault) => ({ call, fault }));
}
const rows = calls.flatMap(rowsOf);

function wordsFor(fault: Fault): string {
  if (fault === 'somebody else wrote') return '412 (somebody else wrote)';
  return 'carriedOut' in fault ? `${fault.kind} (carried out)` : fault.kind;
}

const head = ['| call | fault | the delivery meanwhile | once repaired |', '|---|---|---|---|'];

const told = new Map<Row, Promise<Told>>();
const outcome = (row: Row) => {
  const known = told.get(row) ?? deliverWith(row.call, row.fault, notice);
  told.set(row, known);
  return known;
};

describe('notify, while its store fails in one kind of call,', () => {
  test.concurrent.each(rows.map((row) => [row.call, wordsFor(row.fault), row] as const))(
    'sends one message, and is done once that is repaired: %s, %s',
    async (_call, _fault, row) => {
      const { first, last, failing, receipt } = await outcome(row);
      expect(failing).toBeGreaterThan(0);
      expect([204, 503]).toContain(first.status);
      expect(last).toEqual({ status: 204, messages: row.call === 'read the receipt, which is there' ? 0 : 1 });
      expect(receipt).toBe('delivered');
    },
  );

  test('is described in a table (UPDATE=1 writes it)', async () => {
    const groups = new Map<string, string[]>();
    for (const row of rows) {
      const { first, last, deliveries } = await outcome(row);
      const repaired = `${last.status} at delivery ${deliveries}, ${last.messages} sent`;
      const key = `| ${row.call} | FAULTS | ${first.status}, ${first.messages} sent | ${repaired} |`;
      groups.set(key, [...(groups.get(key) ?? []), wordsFor(row.fault)]);
    }
    const lines = [...groups].map(([key, words]) => key.replace('FAULTS', words.join(', ')));
    const text = `${[...head, ...lines].join('\n')}\n`;
    const file = new URL('faults.md', import.meta.url);
    if (process.env['UPDATE'] === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
