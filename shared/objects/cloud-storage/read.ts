import type { Found } from '../objects.ts';
import type { Answer } from './answer.ts';
import type { ObjectPlace } from './calls.ts';
import type { Reading } from './client.ts';
import type { Failure } from './failure.ts';
import { isNoSuchObject } from './failure.ts';
import type { Resource, ResourcePage } from './resource.ts';
import { pageIn, resourceIn, timeOf } from './resource.ts';

/** An answer's body as text. */
function textOf(answer: Answer): string {
  return Buffer.from(answer.bytes).toString('utf8');
}

/** Whether an answer says that there is no such object. */
function saysAbsent(answer: Answer): boolean {
  return isNoSuchObject(answer.status, textOf(answer));
}

/** Reads a download; the value is undefined where there is no such object. */
export const mediaReading: Reading<Found | undefined> = (answer) => {
  if (saysAbsent(answer)) return { value: undefined };
  if (answer.status !== 200) return undefined;
  const generation = answer.header('x-goog-generation') ?? '';
  const updatedAtMs = timeOf(answer.header('last-modified'));
  if (!/^\d+$/.test(generation) || updatedAtMs === undefined) {
    return { failed: odd('the answer is no object: x-goog-generation or last-modified is missing') };
  }
  const cut = cutShort(answer);
  return cut === undefined ? { value: { bytes: answer.bytes, generation, updatedAtMs } } : { failed: cut };
};

/** An object stored compressed is unpacked on its way, so its length says nothing. */
function cutShort(answer: Answer): Failure | undefined {
  const stored = answer.header('x-goog-stored-content-length');
  const asItIs = (answer.header('x-goog-stored-content-encoding') ?? 'identity') === 'identity';
  if (stored === undefined || !asItIs || Number(stored) === answer.bytes.length) return undefined;
  const says = `the answer was cut short: ${answer.bytes.length} of ${stored} bytes`;
  return { failure: 'network', says, retryable: true, mayBeDone: false };
}

/** Reads an object's description; the value is undefined where there is no such object. */
export function resourceReading(place: ObjectPlace): Reading<Resource | undefined> {
  return (answer) => {
    if (saysAbsent(answer)) return { value: undefined };
    if (answer.status !== 200) return undefined;
    const resource = resourceIn(textOf(answer));
    return resource?.name === place.name ? { value: resource } : { failed: odd('the answer is no description of it') };
  };
}

/** Reads what an insert answers: a generation, or `refused` where the condition did not hold. */
export function insertReading(name: string): Reading<{ readonly generation: string } | 'refused'> {
  return (answer) => {
    if (answer.status === 412) return { value: 'refused' };
    if (answer.status !== 200) return undefined;
    const resource = resourceIn(textOf(answer));
    if (resource?.name === name) return { value: { generation: resource.generation } };
    // It was most likely written: the next attempt is refused, and then it is looked for.
    const says = 'the answer to the upload cannot be read';
    return { failed: { failure: 'malformed', says, retryable: true, mayBeDone: true } };
  };
}

/** Reads what a delete answers. */
export const deleteReading: Reading<'gone' | 'absent' | 'refused'> = (answer) => {
  if (answer.status === 200 || answer.status === 204) return { value: 'gone' };
  if (answer.status === 412) return { value: 'refused' };
  return saysAbsent(answer) ? { value: 'absent' } : undefined;
};

/** Reads a page of a listing. */
export const pageReading: Reading<ResourcePage> = (answer) => {
  if (answer.status !== 200) return undefined;
  const page = pageIn(textOf(answer));
  return page === undefined ? { failed: odd('the answer is no page of a listing') } : { value: page };
};

function odd(says: string): Failure {
  return { failure: 'malformed', says, retryable: false, mayBeDone: false };
}
