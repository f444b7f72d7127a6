import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree, folders, tested, type Outcome } from './copy.ts';
import { exceptions } from './exceptions.ts';
import { holding } from './holding.ts';
import { judging } from './judging.ts';
import { language } from './language.ts';
import { loading } from './loading.ts';
import { matching } from './matching.ts';
import type { Mutant } from './mutant.ts';
import { patterns } from './patterns.ts';
import { planning } from './planning.ts';

/** `stale`: the list does not fit the source. */
type Fate = Outcome | 'stale';

const mutants = [...matching, ...judging, ...holding, ...planning, ...patterns, ...language, ...exceptions, ...loading];
const parallel = 2;
const wholeMs = 45 * 60_000;

const folderOf = ({ file }: Mutant) => file.split('/')[0] ?? '';

async function fateOf(mutant: Mutant, copy: string): Promise<Fate> {
  const { file, find, replace } = mutant;
  const path = join(copy, 'shared', file);
  const source = await readFile(path, 'utf8');
  if (source.split(find).length !== 2) return 'stale';
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
  try {
    return (await tested(copy, folderOf(mutant))).outcome;
  } finally {
    await writeFile(path, source);
  }
}

async function work(queue: Mutant[], fates: Map<Mutant, Fate>, endMs: number): Promise<void> {
  const copy = await copyTree();
  try {
    for (let mutant = queue.shift(); mutant !== undefined && Date.now() < endMs; mutant = queue.shift()) {
      const fate = await fateOf(mutant, copy);
      fates.set(mutant, fate);
      if (fate === 'survived' || fate === 'stale') console.log(`${fate}: ${mutant.file}: ${mutant.why}${note(mutant)}`);
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function note({ unsafe }: Mutant): string {
  return unsafe ? ' (turns "no cancel" into a cancel)' : '';
}

/** What the tests say where they fail without any mutant; undefined when all is well. */
async function ailment(chosen: readonly Mutant[]): Promise<string | undefined> {
  const copy = await copyTree();
  try {
    for (const folder of folders.filter((name) => chosen.some((mutant) => folderOf(mutant) === name))) {
      const { outcome, said } = await tested(copy, folder);
      if (outcome !== 'survived') {
        return `${said}\nThe tests of shared/${folder} fail without any mutant: mend them first.`;
      }
    }
    return undefined;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function score(fates: ReadonlyMap<Mutant, Fate>, all: readonly Mutant[], where: string): void {
  const found = (list: readonly Mutant[]) =>
    list.filter((one) => ['killed', 'slow'].includes(fates.get(one) ?? '')).length;
  if (all.length === 0) return;
  const unsafe = all.filter((one) => one.unsafe);
  const percent = Math.floor((found(all) / all.length) * 100);
  console.log(`${where}: ${found(all)} of ${all.length} mutants killed, ${percent} %;`);
  console.log(`  ${found(unsafe)} of ${unsafe.length} of those that turn "no cancel" into a cancel.`);
}

function report(fates: ReadonlyMap<Mutant, Fate>, all: readonly Mutant[]): boolean {
  for (const folder of folders) {
    score(
      fates,
      all.filter((mutant) => folderOf(mutant) === folder),
      `shared/${folder}`,
    );
  }
  const slow = [...fates.values()].filter((fate) => fate === 'slow').length;
  if (slow > 0) console.log(`${slow} of them because the tests did not end in time.`);
  if (fates.size < all.length) console.log(`${all.length - fates.size} were not tried: the time was used up.`);
  return all.every((one) => ['killed', 'slow'].includes(fates.get(one) ?? ''));
}

/** `node test/mutants/run.ts [WORD]`: with a word, only mutants whose file or description has it. */
async function main(word = ''): Promise<number> {
  const chosen = mutants.filter(({ file, why }) => `${file} ${why}`.includes(word));
  if (chosen.length === 0) {
    console.log(`There is no mutant about "${word}".`);
    return 2;
  }
  const said = await ailment(chosen);
  if (said !== undefined) {
    console.log(said);
    return 2;
  }
  const fates = new Map<Mutant, Fate>();
  const queue = [...chosen];
  const endMs = Date.now() + wholeMs;
  await Promise.all(Array.from({ length: parallel }, async () => work(queue, fates, endMs)));
  return report(fates, chosen) ? 0 : 1;
}

process.exitCode = await main(process.argv[2]);
