import fs from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Server } from 'node:net';
import { isAbsolute, join, relative, sep } from 'node:path';
import timers from 'node:timers/promises';
import { z } from 'zod';
import { clockDigits, fileNames, timeOf } from './control.ts';

// Loaded into each process under test before the product. The clock is the one of the parent; a wait ends when the parent
// says so; and each write that takes effect in the state is noted, after which the process may have to end at once.

const setting = (name: string): string => process.env[name] ?? '';
const folder = setting('CRASH_FOLDER');
const role = setting('CRASH_ROLE');
const state = setting('JOBWARDEN_STATE');

const RealDate = Date;
const realNow = Date.now.bind(Date);
const clock = fs.openSync(join(folder, fileNames.clock), 'r');
const digits = Buffer.alloc(2 * clockDigits);

function now(): number {
  fs.readSync(clock, digits, 0, digits.length, 0);
  const text = digits.toString('latin1');
  return timeOf(realNow(), { setAtMs: Number(text.slice(0, clockDigits)), movedMs: Number(text.slice(clockDigits)) });
}

Object.assign(Date, { now });
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: readonly unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
});

const waiting = new Map<number, () => void>();
let waits = 0;

async function wait<T>(ms = 1, value?: T, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T | undefined> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const id = (waits += 1);
  waiting.set(id, resolve);
  const abandon = (): void => {
    waiting.delete(id);
    process.send?.({ abandoned: id });
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', abandon, { once: true });
  process.send?.({ wait: id, ms });
  await promise;
  signal?.removeEventListener('abort', abandon);
  return value;
}

const heard = z.union([z.object({ woke: z.number() }), z.object({ idle: z.number() })]);
process.on('message', (message) => {
  const said = heard.parse(message);
  if ('woke' in said) {
    waiting.get(said.woke)?.();
    waiting.delete(said.woke);
    return;
  }
  // Answered a turn of the loop later: whoever is at work has asked for more by then.
  setImmediate(() => process.send?.(said));
});
// Nobody is left behind when the parent ends.
process.on('disconnect', () => process.exit(0));

const { appendFileSync, readFileSync, linkSync, symlinkSync } = fs;
const { rename, unlink, rmdir } = files;

/** Notes a write that has taken effect; what happens in the folder for unfinished ones has none. */
function committed(kind: string, path: string): void {
  const [place = ''] = relative(state, path).split(sep);
  if (isAbsolute(place) || place === '..' || place === '.tmp') return;
  const line = `${role} ${kind} ${place.replace(/@$/, '')}`;
  const log = join(folder, fileNames.commits);
  appendFileSync(log, `${line}\n`);
  const nth = readFileSync(log, 'utf8')
    .split('\n')
    .filter((one) => one === line).length;
  const last = readFileSync(join(folder, fileNames.endAfter), 'utf8');
  if (last === `${line} #${nth}`) process.kill(process.pid, 'SIGKILL');
}

Object.assign(fs, {
  linkSync: (from: string, to: string) => {
    linkSync(from, to);
    committed('link', to);
  },
  symlinkSync: (target: string, path: string) => {
    symlinkSync(target, path);
    committed('symlink', path);
  },
});
Object.assign(files, {
  rename: async (from: string, to: string) => {
    await rename(from, to);
    committed('rename', to);
  },
  unlink: async (path: string) => {
    await unlink(path);
    committed('unlink', path);
  },
  rmdir: async (path: string) => {
    await rmdir(path);
    committed('rmdir', path);
  },
});
Object.assign(timers, { setTimeout: wait });
syncBuiltinESMExports();

const listen = Server.prototype.listen;
Object.assign(Server.prototype, {
  listen(this: Server, port: unknown, ...rest: readonly unknown[]) {
    this.once('listening', () => {
      const address = this.address();
      if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
    });
    // The framework would listen on every interface.
    return Reflect.apply(listen, this, [port, '127.0.0.1', ...rest]);
  },
});

// Loaded here, the libraries that watch loads at its first request are there at once: it is ended often.
if (role === 'watch') await Promise.all([import('@google-cloud/bigquery'), import('@google-cloud/pubsub')]);
