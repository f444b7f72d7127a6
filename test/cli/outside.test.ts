import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError, outsideOf } from '../../functions/cli/outside.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobwarden-cli-'));
});
afterAll(async () => rm(folder, { recursive: true }));

const world = (input: Readable = Readable.from([]), env = {}) => outsideOf(env, { input, status: undefined });

describe('reading', () => {
  it('keeps a byte order mark and bytes that are no text, for the reader to find', async () => {
    const file = join(folder, 'odd.yaml');
    await writeFile(file, new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62]));
    expect(await world().read(file)).toBe('\uFEFFa\uFFFDb');
  });

  it('puts characters together that arrive in pieces, and reads standard input once', async () => {
    const bytes = new TextEncoder().encode('zwölf');
    const { read } = world(Readable.from([bytes.slice(0, 3), bytes.slice(3)]));
    expect(await read('-')).toBe('zwölf');
    expect(await read('-')).toBe('zwölf');
  });

  it('names the file and the reason when it cannot', async () => {
    const missing = join(folder, 'missing.yaml');
    await expect(world().read(missing)).rejects.toThrow(`${missing} cannot be read: there is no such file.`);
    await expect(world().read(folder)).rejects.toThrow(/it is a directory; name the files in it/);
    await expect(world().read(folder)).rejects.toBeInstanceOf(FileError);
    const broken = new Readable({ read: () => broken.destroy(new Error('the pipe broke')) });
    await expect(world(broken).read('-')).rejects.toThrow('Standard input cannot be read: the pipe broke.');
  });
});

describe('writing', () => {
  it('writes the text, and names the file and the reason when it cannot', async () => {
    const file = join(folder, 'new.yaml');
    await world().write(file, 'version: 1\n');
    expect(await readFile(file, 'utf8')).toBe('version: 1\n');
    await expect(world().write(join(folder, 'no', 'x.yaml'), '')).rejects.toThrow(
      /cannot be written: there is no such/,
    );
  });
});

describe('an engine', () => {
  it('is handed on as something that can only look', async () => {
    const source = await world(undefined, { BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:1' }).source('bigquery');
    expect(source.engine).toBe('bigquery');
    expect(JSON.stringify(Object.keys(source))).not.toMatch(/cancel/i);
  });
});

describe('progress', () => {
  it('is said where somebody looks on, and can do the terminal no harm', () => {
    const said: string[] = [];
    const input = Readable.from([]);
    outsideOf({}, { input, status: { write: (text) => said.push(text) } }).progress('page 2 \u001B]0;x');
    expect(said).toEqual(['\r\u001B[2Kpage 2 \uFFFD]0;x']);
  });
});
