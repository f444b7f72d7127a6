import type { EngineName } from '../../jobs/job.ts';
import { EngineError } from '../engine.ts';

/** An endpoint as a base without a slash at its end; adds `http://` where no scheme is given. Throws for what is no address. */
export function baseOf(engine: EngineName, endpoint: string): string {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin + url.pathname.replace(/\/+$/, '');
  const says = `the endpoint ${JSON.stringify(endpoint)} is no address; write it like http://127.0.0.1:9050`;
  throw new EngineError(engine, says, { failure: 'rejected', retryable: false });
}
