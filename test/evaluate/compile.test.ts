import { describe, expect, it, test } from 'vitest';
import { compile, namedTargets } from '../../shared/evaluate/compile.ts';
import { aDeployment, aPolicy, aRule, compiled } from '../make.ts';

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

it('leaves out targets whose projects are still to be found', () => {
  const policy = aPolicy(`
    targets:
      - { engine: bigquery, folder: "123456789012" }
  `);
  expect(namedTargets(policy)).toEqual([]);
});

it('names the places of other engines so that their jobs can be found by the name alone', () => {
  const policy = aPolicy(`
    targets:
      - { engine: data-fusion, project: ingest, locations: [europe-west3, us-central1] }
      - { engine: yandex-data-proc, folder: b1gexample, mode: observe }
      - { engine: dli, cloud: otc, region: eu-de, project: 0a1b }
  `);
  const pipelines = { project: 'ingest', mode: 'enforce', kinds: ['pipeline'], verbs: [] };
  expect(namedTargets(policy)).toEqual([
    { engine: 'data-fusion', name: 'data-fusion:ingest/europe-west3', ...pipelines },
    { engine: 'data-fusion', name: 'data-fusion:ingest/us-central1', ...pipelines },
    { engine: 'yandex-data-proc', name: 'yandex-data-proc:b1gexample', project: 'b1gexample', mode: 'observe' },
    { engine: 'dli', name: 'dli:otc/eu-de/0a1b', project: '0a1b', mode: 'enforce' },
  ]);
});

it('looks for all that either entry names where a place is named twice', () => {
  const policy = aPolicy(`
    targets:
      - { engine: data-fusion, project: p, locations: [eu], mode: observe }
      - { engine: data-fusion, project: p, locations: [eu], kinds: [operation], verbs: [create] }
  `);
  expect(namedTargets(policy)).toEqual([
    {
      engine: 'data-fusion',
      name: 'data-fusion:p/eu',
      project: 'p',
      mode: 'observe',
      kinds: ['pipeline', 'operation'],
      verbs: ['create'],
    },
  ]);
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

describe('projects that were found', () => {
  const policy = aPolicy(`
    targets:
      - { engine: bigquery, projects: [named] }
      - { engine: bigquery, folder: "1", exclude: [left-out], newProjects: observe }
      - { engine: bigquery, organization: "9", mode: observe }
  `);
  const found = {
    'folders/1': [
      { project: 'old', isNew: false },
      { project: 'young', isNew: true },
      { project: 'left-out', isNew: true },
      { project: 'both', isNew: false },
    ],
    'organizations/9': [{ project: 'both', isNew: false }],
    'folders/2': [{ project: 'elsewhere', isNew: false }],
  };

  test('are targets like those that are named, new ones with the mode for new ones', () => {
    expect(namedTargets(policy, found).map(({ name, mode }) => `${name} ${mode}`)).toEqual([
      'bigquery:named enforce',
      'bigquery:old enforce',
      'bigquery:young observe',
      'bigquery:both observe',
    ]);
  });

  test('have the mode of their target when jobs are judged', () => {
    const { targetModes } = compile(policy, aDeployment({ found }));
    expect(targetModes.get('bigquery:old')).toBe('enforce');
    expect(targetModes.get('bigquery:young')).toBe('observe');
    expect(targetModes.has('bigquery:elsewhere')).toBe(false);
    expect(compile(policy, aDeployment()).targetModes.has('bigquery:old')).toBe(false);
  });
});
