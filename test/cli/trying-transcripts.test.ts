import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from './a-shell.ts';
import { parseTranscript, replay, transcriptText } from './transcript.ts';

// UPDATE=1 writes what the commands say now; read the difference before you keep it.
const names = ['explain', 'sweep', 'test', 'diff'];

describe('a transcript of trying a policy out', () => {
  it.each(names)('cli-%s.txt is what the commands say', async (name) => {
    const path = `${root}/test/transcripts/cli-${name}.txt`;
    const written = readFileSync(path, 'utf8');
    const again = transcriptText(await replay(parseTranscript(written)));
    if (process.env['UPDATE'] === '1') writeFileSync(path, again);
    else expect(again).toBe(written);
  });
});
