import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mistakesIn } from './check.ts';
import { moduleFolder, parseTerraform, readTerraform, type Terraform } from './read.ts';
import { providerSchema } from './schema.ts';

const schema = providerSchema();
const real = await readTerraform();

describe('the module', () => {
  test('uses nothing that the provider does not have', () => {
    expect(mistakesIn(real, schema)).toEqual([]);
  });

  test('is held against a schema of exactly what it uses', () => {
    expect(Object.keys(schema.resources)).toEqual(real.used.resources);
    expect(Object.keys(schema.data)).toEqual(real.used.data);
  });

  const variables = Object.values(real.files).flatMap(({ variable }) => Object.entries(variable));
  test.each(variables)('says what %s is for', (_, [body]) => {
    expect(String(body?.['description'])).toMatch(/^[A-Z`].{20,}\.$/);
  });
});

describe('a planted mistake is found', () => {
  async function withChange(file: string, from: string | RegExp, to: string): Promise<Terraform> {
    const text = readFileSync(`${moduleFolder}/${file}`, 'utf8');
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return { ...real, files: { ...real.files, [file]: await parseTerraform(file, changed) } };
  }

  test.each([
    [
      'a wrong argument',
      'schedule.tf',
      'attempt_deadline',
      'attempt_timeout',
      'There is no argument or block attempt_timeout.',
    ],
    [
      'an argument that has to be there',
      'events.tf',
      /topic += google_pubsub_topic.events.id\n/,
      '',
      'topic is missing.',
    ],
    ['one inside a block', 'schedule.tf', /uri += .*\n/, '', 'uri is missing.'],
    [
      'a wrong block',
      'events.tf',
      'dead_letter_policy {',
      'dead_letters {',
      'There is no argument or block dead_letters.',
    ],
    [
      'one inside a dynamic block',
      'functions.tf',
      'key        = secret',
      'name       = secret',
      'There is no argument or block name.',
    ],
    [
      'a wrong resource',
      'storage.tf',
      '"google_storage_bucket" "state"',
      '"google_bucket" "state"',
      'The provider has no google_bucket.',
    ],
    [
      'a reference to what is not there',
      'schedule.tf',
      'function.watch.url',
      'function.sweep.url',
      'There is no google_cloudfunctions2_function.sweep.',
    ],
    [
      'a wrong attribute',
      'schedule.tf',
      'function.watch.url',
      'function.watch.address',
      'google_cloudfunctions2_function has no attribute address.',
    ],
    ['a variable that is not there', 'main.tf', 'var.build', 'var.built', 'There is no var.built.'],
    ['a variable that nothing uses any more', 'audit.tf', 'var.audit_days', '400', 'Nothing uses it.'],
    [
      'a local value that is not there',
      'functions.tf',
      'local.source_name',
      'local.sourcename',
      'There is no local.sourcename.',
    ],
  ])('%s', async (_, file, from, to, says) => {
    const found = mistakesIn(await withChange(file, from, to), schema).map((one) => one.says);
    expect(found).toContain(says);
  });

  test('of syntax', async () => {
    await expect(parseTerraform('bad.tf', 'resource "google_x" {')).rejects.toThrow('bad.tf');
  });
});

describe('the examples', () => {
  const examples = readdirSync(`${moduleFolder}/examples`);
  test.each(examples)('%s sets variables that there are, and reads outputs that there are', async (name) => {
    const example = await readTerraform(`${moduleFolder}/examples/${name}`);
    const variables = Object.values(real.files).flatMap(({ variable }) => Object.entries(variable));
    const required = variables.filter(([, [body]]) => body !== undefined && !('default' in body)).map(([key]) => key);
    const modules = Object.values(example.files).flatMap((file) => Object.values(file.module).flat());
    for (const body of modules) {
      const given = Object.keys(body).filter((key) => key !== 'source');
      expect(variables.map(([key]) => key)).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(required));
    }
    const outputs = Object.values(real.files).flatMap(({ output }) => Object.keys(output));
    const read = JSON.stringify(example.files).matchAll(/module\.jobwarden\.(\w+)/g);
    expect(outputs).toEqual(expect.arrayContaining([...read].map(([, output]) => output)));
  });
});

const hasTerraform =
  spawnSync('terraform', ['version'], { env: { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null' } }).status === 0;

test.skipIf(!hasTerraform)('is formatted as terraform fmt would (skipped where terraform is not installed)', () => {
  const env = { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null' };
  const args = ['fmt', '-check', '-recursive', '-diff', moduleFolder];
  expect(execFileSync('terraform', args, { env, encoding: 'utf8' })).toBe('');
});
