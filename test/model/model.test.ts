import { expect, test } from 'vitest';
import { checkModel } from './check.ts';

// Hundreds of runs in CI, always the same ones; `npm run model` makes thousands of others.

test('whatever happens around the product, its promises hold', { timeout: 120_000 }, async () => {
  const { runs, failure } = await checkModel({ runs: 250, seed: 20260311 });
  expect(failure?.join('\n') ?? '').toBe('');
  expect(runs).toBe(250);
});
