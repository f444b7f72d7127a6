import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../cli/a-shell.ts';

// A newcomer's walk: clone, the README's first command, the README's second command. In CI only, because it installs
// everything anew; the second command is the one that runs this test there, so of it only the install is repeated.

const readme = readFileSync(`${root}/README.md`, 'utf8');
const section = readme.slice(readme.indexOf('## Sixty seconds'), readme.indexOf('## A policy'));
const commands = [...section.matchAll(/^```sh\n(.+)\n```$/gm)].map(([, command = '']) => command);
const shown = [...section.matchAll(/^ *\d+\.\d s {2}([A-Z ]+?) {2,}/gm)].map(([, word = '']) => word);
const isCi = process.env['CI'] === 'true';

/** A shell of somebody who has just come: none of our settings, and no Node but the machine's. */
function atHome(command: string, folder: string) {
  const ours = /^(npm_(?!config_cache|config_registry)|VITEST|NODE_|JOBWARDEN_|METADATA_)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const path = (env['PATH'] ?? '').split(':').filter((one) => !one.includes('node_modules'));
  return spawnSync('sh', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, PATH: path.join(':') },
    timeout: 240_000,
  });
}

function aClone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobwarden-walk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, join(folder, 'jobwarden')]);
  return join(folder, 'jobwarden');
}

describe('the README', () => {
  test('has exactly two commands to begin with, each complete by itself', () => {
    expect(commands).toEqual(['npm ci --loglevel=error && npm run demo', 'npm ci --loglevel=error && npm test']);
  });

  test('shows what the demo says', () => {
    expect(shown).toEqual(['MESSAGE', 'CANCEL', 'STOPPED', 'MESSAGE', 'PROVED', 'HELD BACK']);
  });
});

if (!isCi)
  process.stderr.write('The walk from a clone is skipped: it installs everything anew, and runs where CI=true.\n');

test.skipIf(!isCi)(
  'a newcomer who types the first command sees a runaway job caught, with nothing else installed',
  () => {
    const { status, stdout, stderr } = atHome(commands[0] ?? '', aClone());
    expect(status, `${stdout}\n${stderr}`).toBe(0);
    const said = stdout.split('\n').flatMap((line) => /^ *\d+\.\d s {2}([A-Z ]+?) {2,}/.exec(line)?.[1] ?? []);
    expect(said.filter((word) => shown.includes(word))).toEqual(expect.arrayContaining(shown));
    for (const [before, after] of [
      ['CANCEL', 'STOPPED'],
      ['STOPPED', 'PROVED'],
    ] as const)
      expect(said.indexOf(before)).toBeLessThan(said.indexOf(after));
    expect(stdout).toContain('Summary');
  },
  300_000,
);
