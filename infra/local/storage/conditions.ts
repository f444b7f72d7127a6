import { conditionNotMet, invalid, notModified } from './errors.ts';
import type { StoredObject } from './store.ts';

/** The conditions of a request; generation 0 stands for "there is none". */
export interface Conditions {
  readonly generation?: number | undefined;
  readonly notGeneration?: number | undefined;
  readonly metageneration?: number | undefined;
  readonly notMetageneration?: number | undefined;
}

/** A whole number in the query; undefined when it is not there, 400 when it is none. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^\d{1,19}$/.test(text)) return Number(text);
  throw invalid(`Invalid value for ${name}: "${text}"`, name);
}

/** The conditions in a query: `ifGenerationMatch` and the like, with `Source` in the name for the source of a copy. */
export function conditionsIn(query: URLSearchParams, of: '' | 'Source' = ''): Conditions {
  return {
    generation: wholeNumber(query, `if${of}GenerationMatch`),
    notGeneration: wholeNumber(query, `if${of}GenerationNotMatch`),
    metageneration: wholeNumber(query, `if${of}MetagenerationMatch`),
    notMetageneration: wholeNumber(query, `if${of}MetagenerationNotMatch`),
  };
}

/** Throws 412 when a generation is not the wanted one, 304 when it is the unwanted one (on a write 412, as it cannot be read). */
export function check(found: StoredObject | undefined, conditions: Conditions, call: 'read' | 'write'): void {
  const { generation, notGeneration, metageneration, notMetageneration } = conditions;
  const actual = { generation: found?.generation ?? 0, metageneration: found?.metageneration };
  if (generation !== undefined && generation !== actual.generation) throw conditionNotMet();
  if (metageneration !== undefined && metageneration !== actual.metageneration) throw conditionNotMet();
  const unwanted =
    (notGeneration !== undefined && notGeneration === actual.generation) ||
    (notMetageneration !== undefined && notMetageneration === actual.metageneration);
  if (unwanted) throw call === 'read' ? notModified() : conditionNotMet();
}
