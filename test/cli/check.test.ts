import { describe, expect, it } from 'vitest';
import { jobwarden } from './a-shell.ts';

const good = 'infra/local/policies/demo.yaml';
const loader = 'test/fixtures/policies/bad-no-rules.yaml';
const lint = 'test/fixtures/lint/bad-below-cadence.yaml';

describe('jobwarden check', () => {
  it('looks at every file, and says of each what it is', async () => {
    const { out, code } = await jobwarden(['check', good, loader, lint]);
    expect(code).toBe(1);
    expect(out.split('\n').slice(-4)).toEqual([
      `${good} is fine: 3 rules`,
      `${loader}: 1 error`,
      `${lint}: 1 warning`,
      '',
    ]);
  });

  it('reads standard input for -', async () => {
    const text = 'version: 1\noperators: { slack: "#a" }\nrules: []\n';
    const { out, code } = await jobwarden(['check', '-'], { stdin: text });
    expect(code).toBe(1);
    expect(out).toContain('<stdin>:3:8: error: The policy names no rule. [empty-list]\n   3 | rules: []\n');
    expect(out).toContain('Standard input: 2 errors');
  });

  it('says only what keeps the file from taking effect where there is such a thing', async () => {
    const text = `version: 1
operators: { slack: "#a" }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules: [{ name: a, limit: { runTime: 30s }, action: wran }]
`;
    const { out } = await jobwarden(['check', '--format', 'json', '-'], { stdin: text });
    expect(JSON.parse(out)).toMatchObject({ problems: [{ code: 'unknown-value' }] });
  });

  it('knows the events that routes may name', async () => {
    const { out } = await jobwarden(['check', 'test/fixtures/lint/bad-route-for-no-event.yaml']);
    expect(out).toContain('[matches-nothing]');
    const known = await jobwarden(['check', 'test/fixtures/lint/good-channel-unused.yaml']);
    expect(known.out).not.toContain('[matches-nothing]');
  });

  it('leaves tests of policies out, and says so', async () => {
    const files = new Map([['policy.test.yaml', 'nonsense']]);
    const { out, code } = await jobwarden(['check', good, 'policy.test.yaml'], { files });
    expect(code).toBe(0);
    expect(out).toContain('policy.test.yaml: left out, jobwarden test is for tests');
    expect((await jobwarden(['check', 'policy.test.yaml'], { files })).code).toBe(2);
  });

  it('looks at a file once, however often it is named', async () => {
    const { out } = await jobwarden(['check', lint, lint, '--format', 'json']);
    const files = [expect.objectContaining({ file: lint, warnings: 1 })];
    expect(JSON.parse(out)).toMatchObject({ status: 'findings', files });
  });
});

describe('jobwarden init', () => {
  it('writes a policy that check has nothing to say about', async () => {
    const files = new Map<string, string>();
    const written = await jobwarden(['init', '--project', 'analytics-prod', 'new.yaml'], { files });
    expect(written.code).toBe(0);
    expect(files.get('new.yaml')).toContain('projects: [analytics-prod]');
    const checked = await jobwarden(['check', '--strict', '--format', 'json', 'new.yaml'], { files });
    expect(JSON.parse(checked.out)).toMatchObject({ status: 'fine', problems: [] });
  });

  it('writes a policy that does what its comments say: its tests pass, and miss no rule or limit', async () => {
    const tests = `
tests:
  - { title: An hour is worth a question., job: { runTime: 61m }, expect: would warn by long-queries }
  - { title: So are huge reads., job: { runTime: 1m, bytesProcessed: 51 TiB }, expect: would cancel by huge-scans }
  - { title: And huge plans., job: { runTime: 1m, bytesEstimated: 51 TiB }, expect: would cancel by huge-scans }
  - { title: Waiting is told., job: { queueTime: 31m }, expect: would warn by stuck-in-the-queue }
  - { title: Loads are left alone., job: { jobType: load, runTime: 9h }, expect: nothing }
`;
    const files = new Map([['new.test.yaml', tests]]);
    await jobwarden(['init', '--project', 'analytics-prod', 'new.yaml'], { files });
    const { out, err, code } = await jobwarden(['test', '--coverage', 'new.yaml'], { files });
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringContaining('new.test.yaml: 5 tests, all as expected\n  reached: 3 of 3 rules, 5 of 5 limits'),
      err: '',
    });
  });

  it('enforces nothing', async () => {
    const { out } = await jobwarden(['init', '-']);
    expect(out).toMatch(/^mode: observe/m);
    expect(out.replaceAll(/#.*/g, '')).not.toContain('enforce');
  });

  it('says the same with every line of its comments put in force', async () => {
    const { out } = await jobwarden(['init', '--project', 'analytics-prod', '-']);
    const optional = /^# (?=domains|principals|teams|exemptions| {2}- match| {4}\w+: )/gm;
    const stdin = out.replaceAll(optional, (_, at: number) => (out.indexOf('fallback') > at ? '  ' : ''));
    const { out: said, code } = await jobwarden(['check', '-'], { stdin });
    expect(stdin).not.toBe(out);
    expect({ code, said }).toMatchObject({ code: 0 });
  });

  it('never replaces a file unless it is told to', async () => {
    const files = new Map([['policy.yaml', '']]);
    expect(await jobwarden(['init'], { files })).toMatchObject({ code: 2, out: '' });
    expect(files.get('policy.yaml')).toBe('');
    expect((await jobwarden(['init', '--force'], { files })).code).toBe(0);
    expect(files.get('policy.yaml')).toContain('version: 1');
  });

  it('takes a file that cannot be read for one that is there', async () => {
    const outside = { read: () => Promise.reject(new Error('no', { cause: { code: 'EACCES' } })) };
    expect((await jobwarden(['init'], { files: new Map(), outside })).err).toContain('is there already');
  });

  it('says when it cannot write', async () => {
    const outside = { write: () => Promise.reject(new Error('policy.yaml cannot be written: you may not.')) };
    const { err, code } = await jobwarden(['init', 'policy.yaml'], { files: new Map(), outside });
    expect(code).toBe(2);
    expect(err).toContain('policy.yaml cannot be written: you may not. [file-unwritable]');
  });

  it('puts what it is given into the file as it is', async () => {
    const { out } = await jobwarden(['init', '--project', 'analytics-prod', '--slack', '#a$&b', '-']);
    expect(out).toContain('{ slack: "#a$&b" }');
  });
});

describe('jobwarden schema', () => {
  it('prints the schema as it is in the repository', async () => {
    const { out, code } = await jobwarden(['schema']);
    const { out: json } = await jobwarden(['schema', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ title: 'Jobwarden policy' });
    expect(JSON.parse(json)).toMatchObject({ status: 'fine', schema: JSON.parse(out) });
  });

  it('prints the reference', async () => {
    const { out } = await jobwarden(['schema', '--reference']);
    expect(out).toMatch(/^# The policy language\n/);
    expect(out).toContain('### Rule');
  });
});
