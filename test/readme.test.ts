import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from './cli/a-shell.ts';
import { parseTranscript, replay } from './cli/transcript.ts';

// UPDATE=1 writes what the commands say now; read the difference before you keep it.
const path = `${root}/README.md`;
const block = /(^```console\n)(.*?)(^```$)/gms;

/** What the commands of a block say now, without the exit codes that only tests care for. */
async function again(text: string): Promise<string> {
  const { steps } = await replay(parseTranscript(text));
  const parts = steps.map(({ command, output }) => `$ ${command}\n${output.replace(/\[exit \d\]\n\n$/, '')}`);
  return parts.join('\n');
}

test('every command in the README says what the README says it says', async () => {
  const readme = readFileSync(path, 'utf8');
  const blocks = [...readme.matchAll(block)];
  expect(blocks.length).toBeGreaterThan(0);
  const written = await Promise.all(
    blocks.map(async ([whole, open, body, close]) => [whole, `${open}${await again(body ?? '')}${close}`]),
  );
  let now = readme;
  for (const [before = '', after = ''] of written) now = now.replace(before, () => after);
  if (process.env['UPDATE'] === '1') writeFileSync(path, now);
  else expect(now).toBe(readme);
});
