import type { JobRef } from '../../jobs/job.ts';
import type { CallBudget, Page, TargetRef } from '../engine.ts';
import type { HttpCall } from '../http/client.ts';
import { briefly, malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { nextPages } from '../http/pages.ts';
import { reader } from '../http/read.ts';
import { segment } from '../http/segment.ts';
import type { Connection } from './connection.ts';
import type { Instances, Place } from './instances.ts';
import { instanceAt, placePath } from './instances.ts';
import { instanceOf, readOperation, type Finding, type Reading } from './operation-record.ts';
import { placeOf } from './place.ts';

/**
 * The operations on the instances of a location that have not ended (`projects.locations.operations.list`), by the verbs
 * that the target names. What its filter understands is not documented, so all are read and filtered here.
 */
export async function* operationPages(
  target: TargetRef & Place,
  known: Instances,
  on: Connection,
  budget: CallBudget,
): AsyncGenerator<Page> {
  const says = `operations.list in ${briefly(target.project)}, ${briefly(target.location)}`;
  const url = `${on.base}${placePath(target, { says })}/operations`;
  const call = { url, says, takes: 'the permission datafusion.operations.list in that project' };
  const verbs = new Set(target.verbs?.map((verb) => verb.toLowerCase()));
  for await (const { body, list, skipped } of nextPages({ engine: 'data-fusion', request: on.request, call, budget })) {
    const readings = list(body, 'operations').map((record) => readOperation(record, findingFor(record, target, known)));
    const jobs = readings.flatMap((reading) => ('job' in reading ? [reading.job] : []));
    yield {
      jobs: jobs.filter((job) => job.state !== 'done' && verbs.has(job.jobType ?? '')),
      unreadable: readings.flatMap((reading) => ('unreadable' in reading ? [reading.unreadable] : [])),
      unreachable: skipped,
    };
  }
}

function findingFor(record: unknown, target: TargetRef & Place, { instances }: Instances): Finding {
  const id = instanceOf(reader(record));
  const { project, location } = target;
  return { target: target.name, project, location, instance: instances.find((one) => one.id === id) };
}

/** The present record of an operation, with the labels of its instance; throws `not-found` where there is none. */
export async function operationAt(
  ref: JobRef,
  operation: string,
  on: Connection,
  budget: CallBudget,
): Promise<Exclude<Reading, { unreadable: string }>> {
  const place = placeOf(ref);
  const call = operationCall(ref, operation, on);
  const record = objectIn('data-fusion', (await on.request(call, budget)).body, call);
  const id = instanceOf(reader(record));
  const instance = id === undefined ? undefined : await instanceAt({ ...place, instance: id }, on, budget);
  const reading = readOperation(record, { ...place, target: ref.target, instance });
  if ('unreadable' in reading) throw malformed('data-fusion', call, reading.unreadable);
  if (reading.job.id === ref.id) return reading;
  throw malformed('data-fusion', call, `the answer is about another operation (${briefly(reading.job.id)})`);
}

/** Asks for an operation to be cancelled (`projects.locations.operations.cancel`), which promises nothing. */
export async function cancelOperation(
  ref: JobRef,
  operation: string,
  on: Connection,
  budget: CallBudget,
): Promise<void> {
  await on.request(operationCall(ref, operation, on, ':cancel'), budget);
}

function operationCall(ref: JobRef, operation: string, on: Connection, verb: '' | ':cancel' = ''): HttpCall {
  const method = verb === '' ? 'get' : 'cancel';
  const says = `operations.${method} of ${briefly(operation)} in ${briefly(ref.project)}, ${briefly(ref.location ?? '-')}`;
  const path = `${placePath(placeOf(ref), { says })}/operations/${segment('data-fusion', operation, { says })}${verb}`;
  const takes = `the permission datafusion.operations.${method} in that project`;
  return { method: verb === '' ? 'GET' : 'POST', url: on.base + path, says, takes, ...(verb !== '' && { body: '{}' }) };
}
