import { constants } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { engines } from '../../shared/engines/index.ts';
import { openState } from '../../shared/ledger/state.ts';
import { engineSettings } from '../settings.ts';
import type { Opened, Outside } from './command.ts';
import { harmless } from './paint.ts';

/** The streams of the process, as far as commands need them. */
export interface Streams {
  readonly input: Readable;
  /** Where progress is said; undefined where nobody looks on. */
  readonly status: { write(text: string): unknown } | undefined;
}

const largestBytes = Math.min(512 * 1024 * 1024, constants.MAX_STRING_LENGTH);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory; name the files in it, such as policies/*.yaml',
  ENOTDIR: 'a part of the path is no directory',
  EACCES: 'you may not',
  EPERM: 'you may not',
  EROFS: 'the file system takes no changes',
  ENOSPC: 'there is no space left',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** A file that cannot be read or written, in one sentence that names it. */
export class FileError extends Error {
  constructor(says: string, cause: unknown) {
    super(says, { cause });
    this.name = 'FileError';
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}

/** Whether a file could not be read because there is none. */
export function isMissing(error: unknown): boolean {
  return error instanceof FileError && codeOf(error.cause) === 'ENOENT';
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const known = typeof code === 'string' ? reasons[code] : undefined;
  return known ?? (error instanceof Error ? error.message : String(error));
}

async function textOf(stream: Readable): Promise<string> {
  // Bytes that are not UTF-8, and a byte order mark, are for the reader of the text to find.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of stream) {
    const part = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk);
    bytes += part.length;
    if (bytes > largestBytes) throw new Error(`it has more than ${largestBytes / 1024 ** 2} MiB`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

async function orFileError(says: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new FileError(`${says}: ${reasonOf(cause)}.`, cause);
  }
}

async function renamedInto(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(beside, text, { flag: 'wx' });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

const writing: Pick<Outside, 'write' | 'replace' | 'remove'> = {
  write: (file, text) => orFileError(`${file} cannot be written`, () => writeFile(file, text)),
  replace: (file, text) => orFileError(`${file} cannot be written`, () => renamedInto(file, text)),
  remove: (file) => orFileError(`${file} cannot be removed`, () => rm(file, { force: true })),
};

function opened(file: string, input: Readable): Opened {
  async function* chunks() {
    try {
      for await (const chunk of file === '-' ? input : createReadStream(file, { highWaterMark: 1024 * 1024 })) {
        yield typeof chunk === 'string' ? chunk : new Uint8Array(chunk);
      }
    } catch (cause) {
      throw new FileError(`${file === '-' ? 'Standard input' : file} cannot be read: ${reasonOf(cause)}.`, cause);
    }
  }
  const totalBytes = async () => (file === '-' ? undefined : (await stat(file).catch(() => undefined))?.size);
  return { chunks: chunks(), totalBytes };
}

/** The world as commands see it: files, standard input, the clock, the environment, and engines that only look. */
export function outsideOf(env: Outside['env'], { input, status }: Streams): Outside {
  let standardInput: Promise<string> | undefined;
  const read = async (file: string): Promise<string> => {
    try {
      if (file === '-') return await (standardInput ??= textOf(input));
      return await textOf(createReadStream(file));
    } catch (cause) {
      const name = file === '-' ? 'Standard input' : file;
      throw new FileError(`${name} cannot be read: ${reasonOf(cause)}.`, cause);
    }
  };
  return {
    now: Date.now,
    env,
    read,
    open: (file) => opened(file, input),
    ...writing,
    objects: (place) => openState(place, { now: Date.now, endpoint: env['STORAGE_EMULATOR_HOST'] || undefined }),
    source: async (engine) => {
      const opened = await engines[engine]({ ...engineSettings(env), now: Date.now });
      // The engine can cancel; what is handed on can only look.
      return opened.source;
    },
    progress: (text) => void status?.write(`\r\u001B[2K${harmless(text)}`),
  };
}
