import type { Log } from '../log.ts';

/**
 * Tells somebody outside of this cloud that a sweep ended; `failed` says why it was worth nothing, `withinMs` how long it
 * may take at most. Never throws, and never takes longer than 3 s.
 */
export type Heartbeat = (ended: { readonly failed?: string; readonly withinMs?: number }) => Promise<void>;

const longestMs = 3000;

/** The address for a sweep that failed, as healthchecks.io and those who do like it have it. */
function failAddress(url: string): string {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/fail`;
  return address.href;
}

/** What went wrong, without the address: whoever knows it can keep the switch quiet. */
function whyNot(error: unknown, withinMs: number): string {
  if (!(error instanceof Error)) return 'no reason given';
  if (error.name === 'TimeoutError') return `no answer within ${withinMs} ms`;
  const { cause } = error;
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : error.name;
}

/** The heartbeat to a dead-man's switch: POST to the address, or to the address with `/fail` and the reason as its body. */
export function heartbeatTo(url: string, log: Log): Heartbeat {
  const { host } = new URL(url);
  return async ({ failed, withinMs = longestMs }) => {
    const limitMs = Math.min(longestMs, withinMs);
    try {
      const answer = await fetch(failed === undefined ? url : failAddress(url), {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(limitMs),
        ...(failed !== undefined && { body: failed }),
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      log({ severity: 'WARNING', message: `The heartbeat was refused by ${host}: HTTP ${answer.status}.` });
    } catch (error) {
      log({
        severity: 'WARNING',
        message: `The heartbeat did not reach ${host}: ${whyNot(error, limitMs)}.`,
      });
    }
  };
}
