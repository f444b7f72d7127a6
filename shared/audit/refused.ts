import { bounded } from './text.ts';

/** The gRPC status codes that mean something here (gRPC's list of status codes). */
const codes = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Failures after which the same request may succeed; a message may then arrive twice, which its id shows. */
export const worthRetrying: readonly number[] = [
  codes.unknown,
  codes.deadlineExceeded,
  codes.resourceExhausted,
  codes.aborted,
  codes.internal,
  codes.unavailable,
];

/** The time for a publish was used up. */
export class TooLate extends Error {
  constructor(waitedMs: number) {
    super(`no answer within ${(waitedMs / 1000).toFixed(1)} s`);
    this.name = 'TooLate';
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether the failure has a gRPC status, which also calls have that could not connect. */
export function isAnswer(error: unknown): boolean {
  return codeOf(error) !== undefined;
}

/** Whether Pub/Sub finds fault with what was sent, so that other messages may still get through. */
export function isBadMessage(error: unknown): boolean {
  return codeOf(error) === codes.invalidArgument;
}

/** Says in one sentence why the topic did not take an event, and what helps. */
export function whyRefused(error: unknown, topic: string): string {
  const [, project = '', , id = ''] = topic.split('/');
  const said = bounded(lastWords(error instanceof Error ? error.message : String(error)), 300);
  const code = codeOf(error);
  if (code === codes.notFound) {
    return `[pubsub] Topic ${topic} does not exist: create it (gcloud pubsub topics create ${id} --project=${project}) or correct JOBWARDEN_TOPIC.`;
  }
  if (code === codes.permissionDenied) {
    return `[pubsub] Publishing to ${topic} is not allowed: grant the service account roles/pubsub.publisher on it.`;
  }
  if (code === codes.unauthenticated) return `[pubsub] The credentials were not accepted for ${topic}: ${said}`;
  if (code === codes.invalidArgument) return `[pubsub] ${topic} did not take this event: ${said}`;
  return /default credentials/i.test(said)
    ? `[pubsub] There are no credentials to publish to ${topic}: give the function a service account, or run gcloud auth application-default login.`
    : `[pubsub] ${topic} could not be reached: ${said}`;
}

/** After retries the library wraps the last failure in a list of all; the last one is what counts. */
function lastWords(message: string): string {
  const [, last] = /retrying error (?:Error: )?(.*?)\s+before any response/s.exec(message.slice(0, 5000)) ?? [];
  return (last ?? message).replace(/\s*Resolution note:\s*$/, '');
}
