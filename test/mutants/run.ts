import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree, suiteOf, suites, tested, type Outcome } from './copy.ts';
import { lists, timesIn, withFault } from './lists.ts';
import type { Mutant } from './mutant.ts';

/** `stale`: the list does not fit the source, or no tests are meant to find it. */
type Fate = Outcome | 'stale';

/** A mutant with the name of its list. */
interface Listed extends Mutant {
  readonly list: string;
}

const mutants = Object.entries(lists).flatMap(([list, all]) => all.map((one): Listed => ({ ...one, list })));
const parallel = 2;
const wholeMs = 60 * 60_000;

async function fateOf(mutant: Mutant, copy: string): Promise<Fate> {
  const path = join(copy, 'shared', mutant.file);
  const source = await readFile(path, 'utf8');
  const suite = suiteOf(mutant.file);
  if (suite === undefined || timesIn(mutant, source) !== 1) return 'stale';
  await writeFile(path, withFault(mutant, source));
  try {
    return (await tested(copy, suite)).outcome;
  } finally {
    await writeFile(path, source);
  }
}

async function work(queue: Listed[], fates: Map<Mutant, Fate>, endMs: number): Promise<void> {
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
    for (const suite of suites.filter((one) => chosen.some(({ file }) => suiteOf(file) === one))) {
      const { outcome, said } = await tested(copy, suite);
      if (outcome !== 'survived') {
        return `${said}\nThe tests ${suite.tests.join(' ')} fail without any mutant: mend them first.`;
      }
    }
    return undefined;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const isFound = (fate: Fate | undefined) => fate === 'killed' || fate === 'slow';

function score(fates: ReadonlyMap<Mutant, Fate>, all: readonly Mutant[], where: string): void {
  const found = (list: readonly Mutant[]) => list.filter((one) => isFound(fates.get(one))).length;
  if (all.length === 0) return;
  const unsafe = all.filter((one) => one.unsafe);
  const percent = Math.floor((found(all) / all.length) * 100);
  const said = `${where}: ${found(all)} of ${all.length} mutants killed, ${percent} %`;
  console.log(unsafe.length === 0 ? said : `${said}; ${found(unsafe)} of ${unsafe.length} unsafe ones`);
}

function report(fates: ReadonlyMap<Mutant, Fate>, all: readonly Listed[]): boolean {
  console.log('Unsafe mutants turn "no cancel" into a cancel.');
  for (const list of Object.keys(lists)) {
    score(
      fates,
      all.filter((one) => one.list === list),
      list,
    );
  }
  for (const folder of ['evaluate/', 'policy/']) {
    score(
      fates,
      all.filter(({ file }) => file.startsWith(folder)),
      `shared/${folder}`,
    );
  }
  const slow = [...fates.values()].filter((fate) => fate === 'slow').length;
  if (slow > 0) console.log(`${slow} of them because the tests did not end in time.`);
  if (fates.size < all.length) console.log(`${all.length - fates.size} were not tried: the time was used up.`);
  return all.every((one) => isFound(fates.get(one)));
}

/** Whether a word is the name of the mutant's list or, where there is no such list, stands in its file or its fault. */
function isAbout({ list, file, why }: Listed, word: string): boolean {
  return Object.hasOwn(lists, word) ? list === word : `${file} ${why}`.includes(word);
}

/** `node test/mutants/run.ts [WORD]...`: with words, only the mutants that any of them is about. */
async function main(words: readonly string[]): Promise<number> {
  const chosen = mutants.filter((one) => words.length === 0 || words.some((word) => isAbout(one, word)));
  const vain = words.filter((word) => !mutants.some((one) => isAbout(one, word)));
  if (vain.length > 0) {
    console.log(`There is no mutant about "${vain.join('", "')}". The lists are: ${Object.keys(lists).join(', ')}.`);
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

process.exitCode = await main(process.argv.slice(2));
