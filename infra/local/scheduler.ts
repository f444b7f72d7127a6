/** What the scheduler calls, and how often. */
export interface Schedule {
  readonly url: string;
  readonly everyMs: number;
  /** Hears the answer of each call, or why there was none. */
  readonly onAnswer?: (status: number | undefined, body: string) => void;
}

/**
 * Calls a URL with POST at once and then at a fixed period, as Cloud Scheduler does: never two calls at a time, no
 * retries. `stop` gives the call under way up.
 */
export function startScheduler(schedule: Schedule): { stop(): Promise<void> } {
  let underWay: Promise<void> | undefined;
  const stopped = new AbortController();
  const call = async () => {
    try {
      const headers = { 'x-cloudscheduler': 'true', 'x-cloudscheduler-scheduletime': new Date().toISOString() };
      const response = await fetch(schedule.url, { method: 'POST', headers, signal: stopped.signal });
      schedule.onAnswer?.(response.status, await response.text());
    } catch (error) {
      if (stopped.signal.aborted) return;
      schedule.onAnswer?.(undefined, String(error));
    }
  };
  const tick = () => {
    underWay ??= call().finally(() => (underWay = undefined));
  };
  tick();
  const timer = setInterval(tick, schedule.everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      stopped.abort();
      await underWay;
    },
  };
}
