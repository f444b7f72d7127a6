import type { EngineName } from '../../jobs/job.ts';
import type { EngineFailure } from '../engine.ts';
import { EngineError } from '../engine.ts';

/** Why one attempt of a call failed, before it is decided whether there will be another. */
export interface Failure {
  readonly failure: EngineFailure;
  readonly says: string;
  readonly retryable: boolean;
  readonly status?: number;
  readonly cause?: unknown;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
}

/** A call, for messages: `jobs.list in project x`. */
export type Named = { readonly says: string };

/** The error that leaves an adapter; it names the call and how often it was tried. */
export function toEngineError(engine: EngineName, failed: Failure, about: Named & { tries: number }): EngineError {
  const often = about.tries > 1 ? ` (tried ${about.tries} times)` : '';
  return new EngineError(engine, `${about.says}: ${failed.says}${often}`, failed);
}

/** An answer that the service should not give, e.g. no JSON: the call is not repeated. */
export function malformed(engine: EngineName, call: Named, says: string): EngineError {
  return new EngineError(engine, `${call.says}: ${says}`, { failure: 'malformed', retryable: false });
}

/** Foreign text for a message: one line, at most 300 characters, without anything that looks like an access token. */
export function briefly(text: string): string {
  const line = text
    .slice(0, 2000)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\b(?:Bearer\s+\S+|ya29\.[\w.-]+|t1\.[\w.-]{20,}|eyJ[\w-]+\.[\w.-]+|MII[\w+/=-]{100,})/gi, '[token]')
    .trim();
  const cut = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  return cut.toWellFormed();
}
