import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRule, phaseOf } from '../../shared/evaluate/judge-rule.ts';
import { limitWords, matrixOf, type MatrixRow } from '../../shared/evaluate/matrix.ts';
import { clientOf } from '../../shared/jobs/client.ts';
import { aPolicy, aRule, compiled, nowMs, type WrittenPolicy } from '../make.ts';
import { job, policy } from './arbitrary.ts';

const rowOf = (rows: readonly MatrixRow[], kind: string, client: string, project: string) =>
  rows.filter(
    (row) => row.principalKinds.includes(kind) && row.clients.includes(client) && row.projects.includes(project),
  );

describe('the matrix of a policy', () => {
  it('has one row for whatever is treated alike', () => {
    expect(matrixOf(compiled())).toEqual([
      {
        principalKinds: ['person', 'serviceAccount', 'external'],
        clients: ['other'],
        projects: ['analytics-prod', 'finance-prod'],
        entries: [
          { rule: 'long-queries', action: 'cancel', mode: 'enforce', limit: 'runTime 30 min', where: ['SELECT only'] },
        ],
      },
    ]);
  });

  const written: WrittenPolicy = {
    groups: { tools: ['looker', 'metabase'] },
    targets: [
      { engine: 'bigquery', projects: ['analytics-prod'] },
      { engine: 'bigquery', projects: ['finance-prod'], mode: 'observe' },
    ],
    rules: [
      aRule({
        name: 'asked',
        action: 'warn',
        match: { client: 'dbt', principalKind: 'serviceAccount' },
        overrides: ['typed'],
      }),
      aRule({ name: 'typed', match: { principal: '*@example.com', unless: { principalKind: 'serviceAccount' } } }),
      aRule({ name: 'tiles', match: { client: '@tools', statementType: 'SELECT' }, active: { days: 'mon-fri' } }),
      aRule({ name: 'finance', action: 'record', match: { project: 'finance-*' } }),
    ],
  };
  const rows = matrixOf(compiled(written));
  const rulesIn = (kind: string, client: string, project: string) =>
    rowOf(rows, kind, client, project).flatMap((row) => row.entries.map(({ rule }) => rule));

  it('names the rules of each kind, the most severe first', () => {
    expect(rulesIn('person', 'looker', 'finance-prod')).toEqual(['typed', 'tiles', 'finance']);
    expect(rulesIn('person', 'other', 'analytics-prod')).toEqual(['typed']);
    expect(rulesIn('serviceAccount', 'other', 'analytics-prod')).toEqual([]);
    expect(rulesIn('serviceAccount', 'dbt', 'analytics-prod')).toEqual(['asked']);
  });

  it('says where else a rule holds, and in which mode', () => {
    const [row] = rowOf(rows, 'person', 'looker', 'finance-prod');
    expect(row?.entries.map(({ where, mode }) => [mode, ...where])).toEqual([
      ['observe', 'principal "*@example.com"', 'SELECT only'],
      ['observe', 'statementType SELECT', 'mon-fri UTC'],
      ['observe'],
    ]);
    expect(rowOf(rows, 'person', 'looker', 'analytics-prod')[0]?.entries[0]?.mode).toBe('enforce');
  });

  it('leaves a rule out that another always sets aside, and says where one may be', () => {
    const rule = aRule({ name: 'asked', action: 'record', match: { labels: { a: 'b' } }, overrides: ['long-queries'] });
    const [row] = matrixOf(compiled({ rules: [aRule(), rule] }));
    expect(row?.entries[0]?.where).toEqual(['SELECT only', 'not where asked matches']);
    const always = aRule({ name: 'asked', action: 'record', overrides: ['long-queries'] });
    const [other] = matrixOf(compiled({ rules: [aRule(), always] }));
    expect(other?.entries.map((entry) => entry.rule)).toEqual(['asked']);
  });

  it('names every rule that applies to a job in the row of that job', () => {
    let applied = 0;
    fc.assert(
      fc.property(policy, job, (some, one) => {
        const client = clientOf({ ...one, queryText: one.queryText ?? '' }).name;
        const known = one.principalKind !== undefined && client !== undefined && one.labels !== undefined;
        fc.pre(known && one.project === 'analytics-prod' && one.principal !== undefined);
        const ready = compiled(some);
        const table = matrixOf(ready);
        const name = table.some((row) => row.clients.includes(client ?? 'other')) ? (client ?? 'other') : 'other';
        const found = rowOf(table, one.principalKind ?? '', name, one.project);
        expect(found).toHaveLength(1);
        for (const rule of ready.rules) {
          if (phaseOf(judgeRule(rule, one, nowMs, ready)) === undefined) continue;
          applied += 1;
          const isAside = ready.rules.some((other) => other.rule.overrides.includes(rule.rule.name));
          if (!isAside) expect(found[0]?.entries.map((entry) => entry.rule)).toContain(rule.rule.name);
        }
      }),
      { numRuns: 300 },
    );
    expect(applied).toBeGreaterThan(50);
  });
});

it('says a limit in words', () => {
  const words = (limit: object) =>
    limitWords(aPolicy({ rules: [{ ...aRule(), limit }] }).rules[0]?.limit ?? { how: 'any', of: {} });
  expect(words({ runTime: '30m', bytesProcessed: '5 TiB' })).toBe('runTime 30 min or bytesProcessed 5.00 TiB');
  expect(words({ all: { runTime: '30m', slotHours: 2 } })).toBe('runTime 30 min and slotHours 2.0 slot hours');
});
