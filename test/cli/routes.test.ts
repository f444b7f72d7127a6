import { describe, expect, test } from 'vitest';
import { breakerEvent } from '../../shared/audit/sweep-event.ts';
import { jobwarden } from './a-shell.ts';
import { cancelled, context, heldBack } from './an-event.ts';

// Synthetic: no such project, person, job or channel exists.

const policy = `version: 1
mode: enforce
timezone: Europe/Berlin
operators: { slack: "#data-cost" }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules:
  - { name: long-queries, limit: { runTime: 30m }, action: cancel, grace: none, mode: enforce }
owners:
  lookups: { looker-context-user_id: looker-users.csv }
  domains: [example.com]
  fallback: { slack: "#data-unowned" }
channels:
  slack: { tokenFrom: SLACK_BOT_TOKEN }
  teams: { urlFrom: TEAMS_WORKFLOW_URL }
routes:
  - match: { event: "breaker.*" }
    to: [operators, teams]
  - match: { action: cancel, severity: NOTICE }
    to: [teams]
    continue: true
  - to: [owner]
`;

const opened = breakerEvent({
  name: 'breaker.opened',
  context: { ...context, modes: { setting: 'enforce', policy: 'enforce' } },
  why: '34 cancels were planned.',
  plannedCancels: 34,
  jobsSeen: 90,
  maxCancels: 20,
});

function routed(event: unknown, more: readonly string[] = [], files: readonly (readonly [string, string])[] = []) {
  const all = new Map([['policies/policy.yaml', policy], ['event.json', JSON.stringify(event)], ...files]);
  return jobwarden(['routes', 'test', '--event', 'event.json', '--policy', 'policies/policy.yaml', ...more], {
    files: all,
  });
}

describe('jobwarden routes test', () => {
  test('says who is told, through which routes, and what they read', async () => {
    const { code, out } = await routed(cancelled());
    expect(code).toBe(0);
    expect(out).toContain('event      cancel.confirmed');
    expect(out).toContain('owner      sam@example.com (person), found by domain example.com');
    expect(out).toContain('routes     routes[1] and routes[2]');
    expect(out).toContain('told       teams:teams, else slack:#data-cost');
    expect(out).toContain('told       slack:sam@example.com, else slack:#data-unowned, else slack:#data-cost');
    expect(out).toContain('Your BigQuery job was cancelled at 11:00 CET');
    expect(out).toContain('Sent to slack:');
    expect(out).toContain('"type": "AdaptiveCard"');
  });

  test('gives the same to machines', async () => {
    const { out } = await routed(cancelled(), ['--format', 'json']);
    const read: unknown = JSON.parse(out);
    expect(read).toMatchObject({
      status: 'fine',
      event: 'cancel.confirmed',
      owner: { name: 'sam@example.com', foundBy: 'domain example.com' },
      routes: [1, 2],
      notices: [{ receivers: ['teams:teams', 'slack:#data-cost', 'slack:#data-unowned'] }, { sent: { slack: {} } }],
    });
  });

  test('finds the owner by the file beside the policy', async () => {
    const event = cancelled({
      principal: 'bi@prod.iam.gserviceaccount.com',
      principalKind: 'serviceAccount',
      labels: { 'looker-context-user_id': '17' },
    });
    const { out } = await routed(event, [], [['policies/looker-users.csv', '17,kim@example.com\n']]);
    expect(out).toContain(
      'owner      kim@example.com (person), found by lookup of looker-context-user_id in looker-users.csv',
    );
  });

  test('routes what is about Jobwarden itself', async () => {
    const { out } = await routed(opened);
    expect(out).toContain('owner      the operators: it is about Jobwarden itself');
    expect(out).toContain('routes     routes[0]');
    expect(out).toContain('34 cancels were planned.');
  });

  test('says so where nobody is told', async () => {
    const { code, out } = await routed(heldBack());
    expect(code).toBe(1);
    expect(out).toContain('Nobody is told');
  });

  test.each<[string, readonly string[], string]>([
    ['no verb', ['routes', '--event', 'e', '--policy', 'p'], 'Write jobwarden routes test.'],
    ['no event', ['routes', 'test', '--policy', 'p'], 'Add --event FILE.'],
    ['no policy', ['routes', 'test', '--event', 'e'], 'Add --policy FILE.'],
  ])('refuses %s', async (_title, words, cure) => {
    const { code, out, err } = await jobwarden(words);
    expect(code).toBe(2);
    expect(out + err).toContain(cure);
  });

  test.each<[string, string]>([
    ['no JSON', 'not json'],
    ['another event', '{"type":"x"}'],
    ['a long one', JSON.stringify({ specversion: '1.0', type: 'x'.repeat(10_000) })],
  ])('refuses %s in a sentence', async (_title, text) => {
    const files = new Map([
      ['p.yaml', policy],
      ['e.json', text],
    ]);
    const { code, out, err } = await jobwarden(['routes', 'test', '--event', 'e.json', '--policy', 'p.yaml'], {
      files,
    });
    expect(code).toBe(2);
    expect(out + err).toContain('e.json is no audit event of Jobwarden');
    expect((out + err).length).toBeLessThan(1500);
  });
});

describe('jobwarden check of lookups', () => {
  const check = (files: readonly (readonly [string, string])[]) =>
    jobwarden(['check', 'policies/policy.yaml'], { files: new Map([['policies/policy.yaml', policy], ...files]) });

  test('says that a file is missing', async () => {
    const { code, out, err } = await check([]);
    expect(code).toBe(1);
    expect(out + err).toContain('lookup-unreadable');
    expect(out + err).toContain('policies/looker-users.csv');
  });

  test('names every malformed line', async () => {
    const { code, out, err } = await check([['policies/looker-users.csv', '17,kim@example.com\n18\n']]);
    expect(code).toBe(1);
    expect(out + err).toMatch(/policies\/looker-users\.csv:2:1: warning: .*\[bad-lookup-line\]/);
  });

  test('finds nothing wrong with a good one', async () => {
    expect((await check([['policies/looker-users.csv', '17,kim@example.com\n']])).code).toBe(0);
  });
});
