import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Outside } from '../../functions/cli/command.ts';
import { FileError } from '../../functions/cli/outside.ts';
import { run, type Ran, type Terminal } from '../../functions/cli/run.ts';

/** The root of the repository: paths on command lines are relative to it. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The moment of every command: 30 November 2026. */
export const nowMs = Date.parse('2026-11-30T00:00:00Z');

/** What a command sees of the world. `files` are there beside those of the repository; what is written goes there too. */
export interface Scene {
  readonly files?: Map<string, string>;
  readonly stdin?: string;
  readonly env?: Outside['env'];
  readonly outside?: Partial<Outside>;
  readonly terminal?: Partial<Terminal>;
}

async function readIn(file: string, { files, stdin = '' }: Scene): Promise<string> {
  if (file === '-') return stdin;
  const known = files?.get(file);
  if (known !== undefined) return known;
  try {
    return await readFile(`${root}/${file}`, 'utf8');
  } catch (cause) {
    throw new FileError(`${file} cannot be read: there is no such file.`, cause);
  }
}

/** The world of a scene: the repository is only read, and no engine is there. */
function outsideOf(scene: Scene): Outside {
  return {
    now: () => nowMs,
    env: scene.env ?? {},
    read: async (file) => readIn(file, scene),
    write: async (file, text) => void scene.files?.set(file, text),
    replace: async (file, text) => void scene.files?.set(file, text),
    remove: async (file) => void scene.files?.delete(file),
    source: async () => {
      throw new Error('[bigquery] no engine is there in a test');
    },
    objects: () => {
      throw new Error('[objects] no bucket is there in a test');
    },
    progress: () => undefined,
    ...scene.outside,
  };
}

/** Runs the program in this process, as `jobwarden` with these words. */
export async function jobwarden(words: readonly string[], scene: Scene = {}): Promise<Ran> {
  return run(words, outsideOf(scene), { outColors: false, errColors: false, ...scene.terminal });
}
