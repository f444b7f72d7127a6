import { expect, it } from 'vitest';
import { jobwarden } from './a-shell.ts';

// Synthetic: no such project, folder, person, job or policy exists.

const policy = (targets: string, limit: string) => `
version: 1
operators: { slack: "#data-cost" }
targets: [${targets}]
rules:
  - { name: long, match: { project: "*" }, limit: { ${limit} }, action: cancel, grace: none }
`;

async function said(targets: string, limit: string): Promise<readonly string[]> {
  const jobs = 'jobs:\n  - { id: one, project: small-team, principal: ana@example.com, runTime: 5m }\n';
  const files = new Map(Object.entries({ 'p.yaml': policy(targets, limit), 'j.yaml': jobs }));
  const { out, code } = await jobwarden(['explain', 'one', '--policy', 'p.yaml', '--jobs', 'j.yaml'], { files });
  expect(code).toBe(0);
  return out.split('\n').filter((line) => line.includes('project is listed'));
}

const folder = '{ engine: bigquery, folder: "123456789012" }';

it.each([
  [
    'may be quiet',
    folder,
    'runTime: 1h',
    'After an hour without jobs its project is listed every 10 min: that is five times at least before the shortest limit there passes.',
  ],
  [
    'may not, because of a limit',
    folder,
    'slotHours: 5',
    'Its project is listed every minute: the limits there leave no time for less.',
  ],
  ['is named', '{ engine: bigquery, projects: [small-team] }', 'runTime: 1h', undefined],
  ['is named beside a folder', `${folder}, { engine: bigquery, projects: [small-team] }`, 'runTime: 1h', undefined],
])('explain says how often a project that %s is listed', async (_, targets, limit, line) => {
  expect(await said(targets, limit)).toEqual(line === undefined ? [] : [line]);
});
