import { describe, expect, it } from 'vitest';
import { jobwarden } from './a-shell.ts';

// Synthetic: no such project, person, job or policy exists.

const policy = `
version: 1
mode: enforce
operators: { slack: "#data-cost" }
timezone: UTC
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules:
  - { name: slots, match: { principal: "*@example.com" }, limit: { slotHours: 60 }, action: cancel, mode: enforce, grace: none }
  - { name: huge, match: { principal: "*@example.com" }, limit: { bytesProcessed: 10 TiB }, action: warn, mode: enforce }
  - { name: others, match: { principal: "*@elsewhere.com" }, limit: { slotHours: 50 }, action: cancel, mode: enforce, grace: none }
`;

async function said(fields: string): Promise<readonly string[]> {
  const jobs = `jobs:\n  - { id: one, principal: ana@example.com, ${fields} }\n`;
  const files = new Map(Object.entries({ 'p.yaml': policy, 'j.yaml': jobs }));
  const words = ['explain', 'one', '--policy', 'p.yaml', '--jobs', 'j.yaml', '--at', '2026-11-30 10:00'];
  const { out, code } = await jobwarden(words, { files });
  expect(code).toBe(0);
  return out.split('\n').filter((line) => line.startsWith('At '));
}

describe('explain says of a job that is near a limit on what it uses', () => {
  it.each([
    [
      'at which pace it comes to the limit, when, and that a sweep looks again',
      'runTime: 48m, slotHours: 57.6',
      [
        'At 1.2 slot hours a minute it passes the 60.0 slot hours of slots at Mon 2026-11-30 10:02 UTC (in 2 min). A sweep that cancels looks at it again by then.',
      ],
    ],
    [
      'the same by the hour where it is slow',
      'runTime: 240m, slotHours: 59.5',
      [
        'At 14.9 slot hours an hour it passes the 60.0 slot hours of slots at Mon 2026-11-30 10:02 UTC (in 2 min 1 s). A sweep that cancels looks at it again by then.',
      ],
    ],
    [
      'the same of a limit that is only warned of, without the look',
      'runTime: 90m, bytesProcessed: 9 TiB',
      ['At 102 GiB a minute it passes the 10.0 TiB of huge at Mon 2026-11-30 10:10 UTC (in 10 min).'],
    ],
    ['nothing where the limit is far', 'runTime: 48m, slotHours: 20', []],
    ['nothing where it has passed', 'runTime: 48m, slotHours: 61', []],
    ['nothing where its pace is not known', 'slotHours: 59.9', []],
    ['nothing where it is not judged', 'runTime: 48m, slotHours: 57.6, redacted: true', []],
  ])('%s', async (_, fields, lines) => expect(await said(fields)).toEqual(lines));
});
