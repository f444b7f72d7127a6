// A process that works on a directory store, for tests that race such processes or end them in the middle.
// directory-child.ts FOLDER swap WORD TIMES: adds its words one by one. create TEXT TIMES: creates `a` so often at once.
// directory-child.ts FOLDER crash SCENARIO K: ends itself right before the K-th call to the file system of the scenario.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [folder = '', task = '', word = '', count = '0'] = process.argv.slice(2);

/** Counts the calls to the file system, and ends this process before one of them. */
function countingUntil(last: number): { steps: number } {
  const counter = { steps: 0 };
  const counted = (target: object, name: string): void => {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function') return;
    Reflect.set(target, name, function counting(this: unknown, ...args: unknown[]): unknown {
      counter.steps += 1;
      if (counter.steps === last) process.kill(process.pid, 'SIGKILL');
      return Reflect.apply(original, this, args);
    });
  };
  for (const name of ['mkdir', 'open', 'rename', 'rm', 'rmdir', 'symlink', 'unlink', 'lstat', 'readdir']) {
    counted(promises, name);
  }
  for (const name of ['linkSync', 'symlinkSync', 'lstatSync']) counted(fs, name);
  for (const name of ['writeFile', 'utimes', 'sync', 'close']) counted(fileHandle, name);
  syncBuiltinESMExports();
  return counter;
}

const handle = await promises.open(process.execPath);
const fileHandle: object = Object.getPrototypeOf(handle) ?? {};
await handle.close();

const { directoryObjects } = await import('../../shared/objects/directory.ts');
const objects = directoryObjects({ path: folder, now: Date.now, fsync: task === 'crash' });
const budget = { untilMs: Date.now() + 60_000, signal: new AbortController().signal };

async function write(text: string, ifGeneration: string | undefined): Promise<string> {
  const result = await objects.put('a', { bytes: Buffer.from(text), ifGeneration }, budget);
  return result === 'lost' ? 'lost' : result.generation;
}

async function add(text: string): Promise<void> {
  const found = await objects.get('a', budget);
  const before = Buffer.from(found?.bytes ?? []).toString();
  if ((await write(`${before} ${text}`, found?.generation ?? 'absent')) === 'lost') await add(text);
}

async function crash(scenario: string): Promise<string> {
  const generation = (await objects.get('a', budget))?.generation;
  switch (scenario) {
    case 'create':
      return write('new', 'absent');
    case 'swap':
      return write('new', generation);
    case 'delete':
      return String(await objects.delete('a', generation === undefined ? {} : { ifGeneration: generation }, budget));
    case 'delete and create':
      await objects.delete('a', {}, budget);
      return write('new', 'absent');
    default:
      throw new Error(`There is no scenario ${scenario}.`);
  }
}

switch (task) {
  case 'swap':
    for (let index = 0; index < Number(count); index += 1) await add(`${word}${index}`);
    break;
  case 'create': {
    const texts = Array.from({ length: Number(count) }, (_, index) => `${word}${index}`);
    const results = await Promise.all(texts.map((text) => write(text, 'absent')));
    process.stdout.write(JSON.stringify(texts.filter((_, index) => results[index] !== 'lost')));
    break;
  }
  default: {
    const counter = countingUntil(Number(count));
    const result = await crash(word);
    process.stdout.write(JSON.stringify({ steps: counter.steps, result }));
  }
}
