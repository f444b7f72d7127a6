import { status } from '@grpc/grpc-js';

/** What a caller of the stand-in is told when its request is not carried out: a gRPC status and a sentence. */
export class Refusal extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** A refusal for a request that could never be right: wrong shape, wrong range, wrong name. */
export function invalid(says: string): Refusal {
  return new Refusal(status.INVALID_ARGUMENT, says);
}

/** A refusal for a topic or subscription that does not exist, named in full. */
export function notFound(resource: string): Refusal {
  return new Refusal(status.NOT_FOUND, `Resource not found (resource=${resource}).`);
}

/** A refusal for a topic or subscription that is there already, named in full. */
export function alreadyExists(resource: string): Refusal {
  return new Refusal(status.ALREADY_EXISTS, `Resource already exists in the project (resource=${resource}).`);
}

/** A refusal for a caller who lacks a permission on a topic, a subscription or a project, named in full. */
export function denied(resource: string): Refusal {
  const says = `User not authorized to perform this action. (resource=${resource})`;
  return new Refusal(status.PERMISSION_DENIED, says);
}

/** A refusal for something that real Pub/Sub does and this stand-in does not, so that nobody relies on it. */
export function unsupported(what: string): Refusal {
  return new Refusal(status.UNIMPLEMENTED, `The stand-in Pub/Sub does not offer ${what}.`);
}
