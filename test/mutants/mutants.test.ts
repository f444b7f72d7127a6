import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import { lists, timesIn, withFault } from './lists.ts';
import { suiteOf } from './copy.ts';

const sourceOf = (file: string) => readFileSync(new URL(`../../shared/${file}`, import.meta.url), 'utf8');
const all = Object.values(lists).flat();

describe.each(Object.entries(lists))('the mutants of %s', (_name, list) => {
  it('replace a text that stands exactly once in its file, by another one', () => {
    const stale = list.filter((one) => timesIn(one, sourceOf(one.file)) !== 1 || one.find === one.replace);
    expect(stale.map(({ file, find, why }) => ({ file, find, why }))).toEqual([]);
  });

  it('are faults that run: what does not even parse is found by anything', () => {
    const broken = list.filter((one) => {
      try {
        stripTypeScriptTypes(withFault(one, sourceOf(one.file)));
        return false;
      } catch {
        return true;
      }
    });
    expect(broken.map(({ file, why }) => ({ file, why }))).toEqual([]);
  });
});

describe('the lists of mutants', () => {
  it('have each fault once', () => {
    const keys = all.map(({ file, find, replace }) => JSON.stringify([file, find, replace]));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('know for every file which tests must find its faults', () => {
    expect(all.filter(({ file }) => suiteOf(file) === undefined)).toEqual([]);
  });
});
