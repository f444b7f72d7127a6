import { z } from 'zod';
import { fault } from './fault.ts';

/** An object of the policy that takes these keys and no others; what is unknown is reported with the known keys. */
export function entry<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(',');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? fault('unknown-key', known, '') : undefined),
  });
}

/** Lets a cross-check of an entry run although some of its values are wrong, so that all problems show at once. */
export const always = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };

/** A copy without a prototype: looking up a word that a job supplied never finds what every object inherits. */
export function withoutPrototype<T>(entries: Readonly<Record<string, T>>): Record<string, T> {
  const copy: Record<string, T> = Object.create(null);
  return Object.assign(copy, entries);
}

/** The same data, readonly all the way down. */
export type Fixed<T> = T extends readonly (infer Item)[]
  ? readonly Fixed<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Fixed<T[Key]> }
    : T;
