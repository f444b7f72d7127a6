import type { EngineName } from '../../jobs/job.ts';
import { EngineError } from '../engine.ts';
import type { Named } from './failure.ts';

/**
 * Percent-encodes an id as one path segment. URLs have no spelling for a segment `.` or `..` (even `%2e%2e` is resolved
 * away), an empty one would name the collection, and some proxies decode `%2F` first: such an id is refused unsent.
 */
export function segment(engine: EngineName, id: string, call: Named): string {
  const climbs = id.split(/[/\\]/).some((part) => part === '.' || part === '..');
  if (id !== '' && !climbs && id.isWellFormed()) return encodeURIComponent(id);
  throw new EngineError(engine, `${call.says}: this id cannot be written in an address, so nothing was sent`, {
    failure: 'rejected',
    retryable: false,
  });
}
