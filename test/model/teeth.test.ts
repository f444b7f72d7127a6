import { describe, expect, test } from 'vitest';
import { checkModel } from './check.ts';
import { teeth } from './teeth.ts';

// The model is only worth something if it finds what is wrong: each of these faults is put into the product in turn.

const runs = 150;

describe(`within ${runs} runs the model finds that`, () => {
  test.each(teeth)('$title', async ({ bent, finds, seed = 20260311 }) => {
    const { failure } = await checkModel({ runs, seed, bent, asFound: true });
    expect(failure?.join('\n') ?? 'nothing was found').toMatch(finds);
  });
});
