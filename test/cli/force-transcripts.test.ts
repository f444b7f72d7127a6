import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyLedger } from '../../shared/ledger/document.ts';
import { hours } from '../make.ts';
import { nowMs, root } from './a-shell.ts';
import { inBuckets } from './in-buckets.ts';
import { parseTranscript, replay, transcriptText } from './transcript.ts';

// UPDATE=1 writes what the commands say now; read the difference before you keep it.
const names = ['push', 'stop', 'breaker'];

/** Buckets of which one holds a ledger whose breaker has been open for two hours. Everything in them is made up. */
async function aScene() {
  const buckets = inBuckets();
  const troubles = { breaker: nowMs - hours(2) };
  await buckets.put('gs://our-state', 'ledger.json', JSON.stringify({ ...emptyLedger, troubles }));
  return { env: { USER: 'ana' }, outside: { objects: buckets.objects } };
}

describe('a transcript of bringing a policy into force', () => {
  it.each(names)('cli-%s.txt is what the commands say', async (name) => {
    const path = `${root}/test/transcripts/cli-${name}.txt`;
    const written = readFileSync(path, 'utf8');
    const again = transcriptText(await replay(parseTranscript(written), await aScene()));
    if (process.env['UPDATE'] === '1') writeFileSync(path, again);
    else expect(again).toBe(written);
  });
});
