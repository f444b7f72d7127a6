import type { EngineName } from '../../jobs/job.ts';
import type { Named } from './failure.ts';
import { malformed } from './failure.ts';
import { isFields } from './read.ts';

/** The JSON object in an answer's body; throws `malformed` where there is none. */
export function objectIn(engine: EngineName, body: string, call: Named): Readonly<Record<string, unknown>> {
  const value = jsonIn(engine, body, call);
  if (!isFields(value)) throw malformed(engine, call, 'the answer is JSON, but no object');
  return value;
}

/** The JSON list in an answer's body; throws `malformed` where there is none. */
export function listIn(engine: EngineName, body: string, call: Named): readonly unknown[] {
  const value = jsonIn(engine, body, call);
  if (!Array.isArray(value)) throw malformed(engine, call, 'the answer is JSON, but no list');
  return value;
}

/** The value that JSON text stands for; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonIn(engine: EngineName, body: string, call: Named): unknown {
  const value = parsed(body);
  if (value !== undefined) return value;
  const what = body === '' ? 'it is empty' : `${body.length} characters`;
  throw malformed(engine, call, `the answer is not JSON (${what})`);
}
