import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeGroups } from '../../shared/policy/codes.ts';
import { policyFields } from '../../shared/policy/fields.ts';
import { referencePage, schemaFile } from '../../shared/policy/reference.ts';
import { goodPolicy } from './read.ts';

const files: readonly (readonly [string, () => string])[] = [
  ['shared/policy/policy.schema.json', schemaFile],
  ['shared/policy/README.md', referencePage],
];

describe('generated files', () => {
  it.each(files)('%s is as the schema says (UPDATE=1 writes it anew)', (path, made) => {
    const url = new URL(`../../${path}`, import.meta.url);
    if (process.env['UPDATE'] === '1') writeFileSync(url, made());
    expect(readFileSync(url, 'utf8')).toBe(made());
  });
});

describe('the reference', () => {
  const page = referencePage();
  const headings = page.split('\n').flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? []);
  const anchors = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

  it('has a heading for every code of a problem, and none twice', () => {
    const codes = Object.values(codeGroups).flatMap((group) => Object.keys(group));
    expect(codes.filter((code) => !headings.includes(code))).toEqual([]);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('leads every link on the page to a heading on the page', () => {
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([]);
  });

  it('has a row for every key of the language', () => {
    const keys = new Set(policyFields().map(({ key }) => key));
    expect([...keys].filter((key) => !page.includes(`| \`${key}\` |`))).toEqual([]);
  });

  it('shows a first policy that loads', () => {
    const [, yaml = ''] = /## A first policy\n\n```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(goodPolicy(yaml).rules).toHaveLength(1);
  });
});

describe('the JSON Schema', () => {
  const text = schemaFile();

  it('describes what is written, not what comes out of it', () => {
    expect(text).not.toContain('graceMs');
    expect(text).not.toContain('readOnly');
    expect(text).not.toContain('samples');
  });

  it('refers only to definitions that it has', () => {
    const defined = Object.keys(JSON.parse(text).definitions);
    const referred = new Set([...text.matchAll(/#\/definitions\/(\w+)/g)].map(([, name]) => name));
    expect([...referred].filter((name) => !defined.includes(name ?? ''))).toEqual([]);
  });
});
