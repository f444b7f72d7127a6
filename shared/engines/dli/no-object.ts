import type { EngineError } from '../engine.ts';

/** Whether DLI said that there is no such job: its own 404, or the 400 with which it says that an object does not exist. */
export function isNoObject(error: EngineError): boolean {
  if (error.failure === 'not-found') return true;
  return error.status === 400 && /\bDLI\.0002\b/.test(error.message);
}
