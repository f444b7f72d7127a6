import { afterEach, expect, test } from 'vitest';
import {
  startGoogleApis,
  type GoogleApisOptions,
  type StandInGoogleApis,
} from '../../../infra/local/google-apis/server.ts';
import { bigQuery } from '../../../shared/engines/bigquery.ts';
import type { Below } from '../../../shared/engines/engine.ts';
import { aBudget } from '../../contracts/engine.ts';

// Synthetic: there are no such folders and projects.
const standIns: StandInGoogleApis[] = [];
afterEach(async () => {
  await Promise.all(standIns.splice(0).map((one) => one.close()));
});

/** An organization of a root, two folders, one folder in a folder, and something deleted in every place. */
const below: NonNullable<GoogleApisOptions['below']> = {
  'organizations/9': ['ops', 'folders/1', 'folders/2', { name: 'folders/3', state: 'DELETE_REQUESTED' }],
  'folders/1': ['a', 'b', 'c', 'd', 'e', { name: 'gone', state: 'DELETE_REQUESTED' }, 'folders/11'],
  'folders/11': ['deep'],
  'folders/2': ['finance'],
  'folders/3': ['never'],
};

async function searching(places = below) {
  const manager = await startGoogleApis({ below: places });
  standIns.push(manager);
  let nowMs = 1_795_000_000_000;
  const { source } = bigQuery({
    endpoint: 'http://127.0.0.1:9',
    managerEndpoint: manager.url,
    now: () => nowMs,
    random: () => 0,
    requestTimeoutMs: 500,
  });
  const find = async (parent: string, signal = new AbortController().signal): Promise<Below> => {
    const found = await source.projectsBelow?.(parent, { untilMs: nowMs + 20_000, signal });
    if (found === undefined) throw new Error('this source finds no projects');
    return found;
  };
  return { manager, find, later: (ms: number) => (nowMs += ms), asked: () => manager.requests.length };
}

test('finds the active projects of an organization through all folders and pages, and nothing that is deleted', async () => {
  const { find } = await searching();
  const found = await find('organizations/9');
  expect(found.projects.toSorted()).toEqual(['a', 'b', 'c', 'd', 'deep', 'e', 'finance', 'ops']);
  expect(found).toMatchObject({ old: [], failed: undefined });
});

test('finds nothing but what is below the folder', async () => {
  const { find } = await searching();
  expect((await find('folders/2')).projects).toEqual(['finance']);
  expect(await find('folders/404')).toEqual({ projects: [], old: [], failed: undefined });
});

test('sees a folder once, although folders may lead in a circle', async () => {
  const { find } = await searching({ 'folders/1': ['a', 'folders/2'], 'folders/2': ['b', 'folders/1'] });
  expect((await find('folders/1')).projects.toSorted()).toEqual(['a', 'b']);
});

test('asks again after ten minutes, and not before', async () => {
  const places = { ...below };
  const { find, later, asked } = await searching(places);
  await find('folders/11');
  const once = asked();
  places['folders/11'] = ['deep', 'young'];
  later(599_000);
  expect((await find('folders/11')).projects).toEqual(['deep']);
  expect(asked()).toBe(once);
  later(1000);
  expect((await find('folders/11')).projects).toEqual(['deep', 'young']);
});

test('uses what it knew when it is refused later, and says since when and why', async () => {
  const { find, later, manager } = await searching();
  await find('folders/2');
  later(600_000);
  manager.faults.add({ call: 'projects', kind: '403' });
  const { projects, old, failed } = await find('folders/2');
  expect({ projects, failed }).toEqual({ projects: ['finance'], failed: undefined });
  expect(old).toEqual([
    expect.stringMatching(
      /^What lies below folders\/2 is known from 2026-11-\S+Z: .*403.*resourcemanager\.projects\.list on folders\/2/,
    ),
  ]);
});

test('says what is missing when one folder cannot be seen, and has the projects of the others', async () => {
  const { find, manager } = await searching();
  manager.faults.add({ call: 'folders', kind: '403', times: 1 });
  const refused = await find('folders/2');
  expect(refused).toMatchObject({ projects: [], failed: expect.stringContaining('not all projects below folders/2') });
  expect(await find('folders/2')).toMatchObject({ projects: ['finance'], failed: undefined });
});

test('that is out of time goes on next time where it ended', async () => {
  const { find, asked } = await searching();
  expect(await find('folders/1', AbortSignal.abort())).toMatchObject({ projects: [], failed: expect.any(String) });
  expect(asked()).toBe(0);
  await find('folders/11');
  const known = asked();
  await find('folders/1');
  // Three pages of projects and one of folders; the folder below is known already.
  expect(asked() - known).toBe(4);
});

test.each(['not json', '404', '500', 'hang'] as const)(
  'fails with a sentence on %s',
  { timeout: 20_000 },
  async (fault) => {
    const { find, manager } = await searching();
    manager.faults.add({ call: 'projects', kind: fault });
    const budget = aBudget({ forMs: 2000 });
    expect((await find('folders/2', budget.signal)).failed).toMatch(
      /folders\/2 were found: \[bigquery\] projects\.list below folders\/2/,
    );
  },
);
