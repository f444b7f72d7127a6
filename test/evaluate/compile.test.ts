import { expect, it } from 'vitest';
import { namedTargets } from '../../shared/evaluate/compile.ts';
import { aPolicy, aRule, compiled } from '../make.ts';

it('names the places to look, one by one, with their modes', () => {
  const policy = aPolicy(`
    targets:
      - { engine: bigquery, projects: [a, b] }
      - { engine: bigquery, projects: [c], mode: observe }
  `);
  expect(namedTargets(policy)).toEqual([
    { engine: 'bigquery', name: 'bigquery:a', project: 'a', mode: 'enforce' },
    { engine: 'bigquery', name: 'bigquery:b', project: 'b', mode: 'enforce' },
    { engine: 'bigquery', name: 'bigquery:c', project: 'c', mode: 'observe' },
  ]);
});

it('leaves out targets whose projects are still to be found, and other engines', () => {
  const policy = aPolicy(`
    targets:
      - { engine: bigquery, folder: "123456789012" }
      - { engine: yandex-data-proc, folder: b1gexample }
  `);
  expect(namedTargets(policy)).toEqual([]);
});

it('protects nobody, and lets nobody opt out, unless the policy says so', () => {
  const plain = compiled();
  expect(plain.isProtected('sam@example.com')).toBe(false);
  expect(plain.isProtected(undefined)).toBe(false);
  expect(plain.mayOptOut('sam@example.com')).toBe(false);
});

it('numbers the rules in the order of the file', () => {
  const { rules } = compiled({ rules: [aRule({ name: 'b' }), aRule({ name: 'a' })] });
  expect(rules.map(({ rule, order }) => [rule.name, order])).toEqual([
    ['b', 0],
    ['a', 1],
  ]);
});
