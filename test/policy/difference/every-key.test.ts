import { parse, stringify } from 'yaml';
import { expect, it } from 'vitest';
import { differenceOf } from '../../../shared/policy/difference.ts';
import { load, textOf } from '../read.ts';

// The example policy uses every key of the language.

type Tree = unknown;
type Path = readonly (string | number)[];

const written: Tree = parse(textOf('infra/policies/example.yaml'), { schema: 'core' });

function pathsOf(tree: Tree, path: Path = []): readonly Path[] {
  if (typeof tree !== 'object' || tree === null) return [path];
  const steps = Array.isArray(tree) ? [...tree.keys()] : Object.keys(tree);
  return [path, ...steps.flatMap((step) => pathsOf(Reflect.get(tree, step), [...path, step]))];
}

/** The tree without what stands at a path. */
function without(tree: Tree, [step, ...rest]: Path): Tree {
  if (step === undefined || typeof tree !== 'object' || tree === null) return tree;
  const inner = rest.length === 0 ? undefined : without(Reflect.get(tree, step), rest);
  if (Array.isArray(tree))
    return inner === undefined ? tree.toSpliced(Number(step), 1) : tree.with(Number(step), inner);
  const entries = Object.entries(tree).filter(([key]) => key !== step || inner !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, key === step ? inner : value]));
}

const policyOf = (tree: Tree) => load(stringify(tree)).policy;
const name = (path: Path) => path.join('.');

/** What means the same when it is left out: defaults, and what a cancel rule reaches unnamed. */
const unsaid = [
  'observe',
  'observe.tell',
  'rules.0.match.0.jobType',
  'rules.0.match.0.statementType',
  'rules.0.match.0.continuous',
  'rules.0.ifUndelivered.then',
  'rules.1.match.statementType',
  'rules.2.retries.then',
  'exemptions.0.afterExpiry',
  'notices.showQuery',
  'silences',
];

it('tells of every key that is taken out of a policy, and means something', () => {
  const before = policyOf(written);
  const silent: string[] = [];
  let tried = 0;
  for (const path of pathsOf(written).filter((one) => typeof one.at(-1) === 'string')) {
    const after = policyOf(without(written, path));
    if (before === undefined || after === undefined) continue;
    tried += 1;
    if (differenceOf(before, after).length === 0) silent.push(name(path));
  }
  expect(silent).toEqual(unsaid);
  expect(tried).toBeGreaterThan(80);
}, 60_000);
