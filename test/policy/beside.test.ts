import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryObjects } from '../../shared/objects/memory.ts';
import { objectPolicySource } from '../../shared/policy/cloud-source.ts';
import { filePolicySource, type Reading } from '../../shared/policy/source.ts';
import { nowMs } from '../make.ts';

// Synthetic: no such policy exists.

const now = () => nowMs;
const textOf = (reading: Reading | undefined) =>
  reading !== undefined && 'bytes' in reading ? new TextDecoder().decode(reading.bytes) : reading?.unreadable;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobwarden-beside-'));
  await writeFile(join(folder, 'users.csv'), '17,kim@example.com');
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('a file beside the policy', () => {
  test('is read from the same folder, up to its bound', async () => {
    const { beside } = filePolicySource(join(folder, 'policy.yaml'), now);
    expect(textOf(await beside?.('users.csv', 18))).toBe('17,kim@example.com');
    expect(textOf(await beside?.('users.csv', 17))).toBe('it has more than 17 bytes');
    expect(textOf(await beside?.('nobody.csv', 100))).toMatch(/ENOENT/);
  });

  test('is read from the same bucket and prefix, up to its bound', async () => {
    const objects = memoryObjects({ now });
    const budget = { untilMs: nowMs + 1000, signal: new AbortController().signal };
    const bytes = new TextEncoder().encode('17,kim@example.com');
    await objects.put('ops/users.csv', { bytes, ifGeneration: 'absent' }, budget);
    const { beside } = objectPolicySource(objects, 'ops/policy.yaml', now);
    expect(textOf(await beside?.('users.csv', 18))).toBe('17,kim@example.com');
    expect(textOf(await beside?.('users.csv', 17))).toBe('it has more than 17 bytes');
    expect(textOf(await beside?.('nobody.csv', 100))).toBe('there is no such object');
  });
});
