// A process that races others over one directory store, and prints how often it won. All objects here are made up.
// racer.ts FOLDER TIMES: waits for the object `go`, and then claims the same receiver, and swaps the same ledger, so often
// at once, each time as an instance of its own.
import { setTimeout as wait } from 'node:timers/promises';
import { emptyLedger } from '../../shared/ledger/document.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { directoryObjects } from '../../shared/objects/directory.ts';

const [path = '', times = '0'] = process.argv.slice(2);
const now = Date.now;
const options = { now, wait: async (ms: number) => wait(ms) };
const open = () => directoryObjects({ path, now });
const many = Array.from({ length: Number(times) }, (_, index) => index);

const { generation } = await objectLedger(open(), options).read();
process.stdout.write('ready\n');
const budget = () => ({ untilMs: now() + 60_000, signal: new AbortController().signal });
while ((await open().get('go', budget())) === undefined) await wait(5);

const claims = await Promise.all(many.map(() => objectClaims(open(), options).claim('notice-1', 'slack:#a')));
const swaps = await Promise.all(
  many.map((index) => {
    const document = { ...emptyLedger, heartbeatAtMs: process.pid * 1000 + index };
    return objectLedger(open(), options).swap(document, generation);
  }),
);
const won = {
  claims: claims.filter(({ kind }) => kind === 'mine').length,
  busy: claims.filter(({ kind }) => kind === 'busy').length,
  swaps: swaps.filter((swap) => swap !== undefined).length,
};
process.stdout.write(`${JSON.stringify(won)}\n`);
