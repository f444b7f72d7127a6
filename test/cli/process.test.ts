import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { root } from './a-shell.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface How {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes the reading end before anything is written. */
  readonly hangUp?: boolean;
}

/** Runs the real program in a process of its own, in the root of the repository. */
function program(words: readonly string[], { stdin = '', env = {}, hangUp = false }: How = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['functions/cli/main.ts', ...words], { cwd: root, env: { ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  if (hangUp) child.stdout.destroy();
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('the program', () => {
  it('checks what comes by standard input, without colours in a pipe', async () => {
    const stdin = 'version: 1\noperators: { slack: "#a" }\nrules: []\n';
    const { code, out, err } = await program(['check', '-'], { stdin });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/^<stdin>:1:1: error: targets is missing\./);
    expect(out).not.toContain('\u001B');
  });

  it('says on standard error that it cannot, and exits with 2', async () => {
    const { code, out, err } = await program(['check', 'policies/missing.yaml', 'infra']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('policies/missing.yaml cannot be read: there is no such file.');
    expect(err).toContain('infra cannot be read: it is a directory');
    expect(err).not.toContain('node:');
  });

  it('ends quietly when whoever reads has seen enough', async () => {
    expect(await program(['schema'], { hangUp: true })).toEqual({ code: 0, out: '', err: '' });
  });

  it('is fine with a good policy, and prints nothing but JSON when asked to', async () => {
    const { code, out, err } = await program(['check', '--format', 'json', 'infra/local/policies/demo.yaml']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ status: 'fine' });
  });
});
