import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { historyOf, quarter } from '../history/generator.ts';
import { root } from './a-shell.ts';
import { parseTranscript, replay, transcriptText } from './transcript.ts';

// UPDATE=1 writes what the commands say now; read the difference before you keep it.
const isUpdate = process.env['UPDATE'] === '1';
const files = `${root}/test/fixtures/history`;

describe('a transcript of the past', () => {
  it('is of a history that the generator makes', () => {
    const rows = [...historyOf({ ...quarter, projects: 3, days: 14, jobsADay: 8, incidents: 1 })];
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (isUpdate) writeFileSync(`${files}/jobs.ndjson`, text);
    else expect(readFileSync(`${files}/jobs.ndjson`, 'utf8')).toBe(text);
  });

  it.each(['backtest', 'suggest'])('cli-%s.txt is what the commands say', async (name) => {
    const path = `${root}/test/transcripts/cli-${name}.txt`;
    if (!existsSync(path)) return;
    const written = readFileSync(path, 'utf8');
    const again = transcriptText(await replay(parseTranscript(written)));
    if (isUpdate) writeFileSync(path, again);
    else expect(again).toBe(written);
  });
});
