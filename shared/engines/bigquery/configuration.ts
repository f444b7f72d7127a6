import type { Job } from '../../jobs/job.ts';
import type { Reader } from '../http/read.ts';
import { isFields } from '../http/read.ts';

type Configured = Pick<
  Job,
  'jobType' | 'statementType' | 'priority' | 'labels' | 'continuous' | 'destination' | 'queryText'
>;

const kinds = ['query', 'load', 'extract', 'copy'] as const;

/** What somebody asked for; where it goes only of a job that was fetched. `seen` is false where the record does not show it: a redacted job comes without `configuration`. */
export function configurationOf(
  read: Reader,
  withText: boolean,
): { readonly seen: boolean; readonly fields: Configured } {
  const jobType = jobTypeOf(read);
  if (jobType === undefined) return { seen: false, fields: {} };
  const isQuery = jobType === 'query';
  const fields: Configured = {
    jobType,
    statementType: isQuery ? read.text('statistics.query.statementType') : null,
    priority: isQuery ? priorityOf(read) : null,
    labels: labelsOf(read),
    continuous: isQuery ? continuousOf(read) : false,
    ...(withText && { destination: destinationOf(read, jobType) }),
    ...(withText && isQuery && { queryText: read.text('configuration.query.query') }),
  };
  return { seen: true, fields };
}

/** Old records have no `jobType`; the part that is filled in names the kind then. */
function jobTypeOf(read: Reader): string | undefined {
  const named = read.text('configuration.jobType')?.toLowerCase();
  if (named !== undefined && named !== 'unknown') return named;
  return kinds.find((kind) => isFields(read.find(`configuration.${kind}`)));
}

function priorityOf(read: Reader): Job['priority'] {
  const word = read.text('configuration.query.priority');
  if (word === undefined) return undefined;
  if (word === 'INTERACTIVE') return 'interactive';
  return word === 'BATCH'
    ? 'batch'
    : read.doubt(`configuration.query.priority is ${JSON.stringify(word.slice(0, 40))}`);
}

function continuousOf(read: Reader): boolean | undefined {
  const value = read.find('configuration.query.continuous') ?? false;
  return typeof value === 'boolean' ? value : read.doubt('configuration.query.continuous is neither true nor false');
}

/** All labels or none: with one unreadable value left out, a job would pass for one that does not have the label. */
function labelsOf(read: Reader): Readonly<Record<string, string>> | undefined {
  const found = read.find('configuration.labels') ?? {};
  if (!isFields(found)) return read.doubt('configuration.labels is not an object');
  const entries = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (entries.length < Object.keys(found).length) return read.doubt('configuration.labels has a value that is no text');
  // fromEntries defines own properties, so a label named `__proto__` is only a label.
  return Object.fromEntries(entries);
}

function destinationOf(read: Reader, jobType: string): string | null | undefined {
  if (jobType === 'extract') return firstUri(read.find('configuration.extract.destinationUris'));
  const path = `configuration.${jobType}.destinationTable`;
  if (read.find(path) === undefined) return null;
  const parts = ['projectId', 'datasetId', 'tableId'].map((part) => read.text(`${path}.${part}`));
  return parts.includes(undefined) ? undefined : parts.join('.');
}

/** The first of the addresses that something is extracted to; null where there are none, undefined where it is no text. */
function firstUri(uris: unknown): string | null | undefined {
  if (uris === undefined) return null;
  const first: unknown = Array.isArray(uris) ? uris[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}
