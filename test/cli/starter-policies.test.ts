import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobwarden, root } from './a-shell.ts';

const folder = 'infra/policies';
const starters = ['careful-starter', 'orphaned-clients', 'per-team', 'platform-team', 'strict-ad-hoc'];

interface Tested {
  readonly files: readonly {
    readonly passed: number;
    readonly failed: number;
    readonly coverage: { readonly missed: readonly unknown[] };
  }[];
}

describe('a policy to start from', () => {
  it.each(starters)('%s is right, and means what it says', async (name) => {
    const { out, code } = await jobwarden(['check', `${folder}/${name}.yaml`]);
    expect([code, out]).toEqual([0, expect.stringContaining(`${name}.yaml is fine`)]);
  });

  it.each(starters)('%s does what its tests promise, and no rule or limit of it is without one', async (name) => {
    const { out, code } = await jobwarden(['test', '--coverage', '--format', 'json', `${folder}/${name}.yaml`]);
    const { files }: Tested = JSON.parse(out);
    expect(code, out).toBe(0);
    expect(files[0]).toMatchObject({ failed: 0, coverage: { missed: [] } });
    expect(files[0]?.passed).toBeGreaterThan(5);
  });

  it('has its tests beside it, and every test its policy', () => {
    const files = readdirSync(`${root}/${folder}`);
    const tests = files.filter((file) => file.endsWith('.test.yaml')).map((file) => file.replace('.test.yaml', ''));
    expect(tests.toSorted()).toEqual(starters);
    for (const name of tests) expect(files).toContain(`${name}.yaml`);
  });

  it('names no real organisation, person or project', async () => {
    for (const name of starters) {
      const { out } = await jobwarden(['test', '--format', 'json', `${folder}/${name}.yaml`]);
      const domains = [...out.matchAll(/@([a-z0-9.-]+\.[a-z]+)/g)].map(([, domain = '']) => domain);
      const strange = domains.filter(
        (domain) => !/(^|\.)example\.(com|org)$|\.iam\.gserviceaccount\.com$/.test(domain),
      );
      expect(strange).toEqual([]);
    }
  });
});
