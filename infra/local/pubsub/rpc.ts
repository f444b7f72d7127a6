import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** A unary gRPC method of the stand-in. */
export type Method = (call: ServerUnaryCall<unknown, object>, callback: sendUnaryData<object>) => void;

/**
 * Makes a gRPC method of a function: the request is checked against the schema, a `Refusal` becomes its gRPC status, a
 * wrong request INVALID_ARGUMENT, anything else INTERNAL. `gone` is aborted when the caller no longer waits.
 */
export function unary<T>(
  schema: z.ZodType<T>,
  answer: (request: T, gone: AbortSignal) => object | Promise<object>,
): Method {
  return (call, callback) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const answered = async (): Promise<object> => answer(schema.parse(call.request), gone.signal);
    answered().then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}

function statusOf(error: unknown): { readonly code: status; readonly details: string } {
  if (error instanceof Refusal) return { code: error.code, details: error.message };
  if (error instanceof z.ZodError) return { code: status.INVALID_ARGUMENT, details: z.prettifyError(error) };
  return { code: status.INTERNAL, details: `[pubsub] ${error instanceof Error ? error.message : String(error)}` };
}
