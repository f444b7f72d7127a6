/** What went over the wire to the engines so far: calls that were sent, those of them that were repeats, bytes of answers. */
export interface Traffic {
  readonly calls: number;
  readonly retries: number;
  readonly bytesReceived: number;
}

/** Counts calls. `received` hears the size of each answer that was used, unpacked. */
export interface Meter {
  sent(isRetry: boolean): void;
  received(bytes: number): void;
  traffic(): Traffic;
}

/** A meter that begins at nothing and only ever grows. */
export function meter(): Meter {
  let [calls, retries, bytesReceived] = [0, 0, 0];
  return {
    sent: (isRetry) => {
      calls += 1;
      if (isRetry) retries += 1;
    },
    received: (bytes) => {
      bytesReceived += bytes;
    },
    traffic: () => ({ calls, retries, bytesReceived }),
  };
}

/** What was added between two readings of a meter. */
export function trafficBetween(before: Traffic, after: Traffic): Traffic {
  return {
    calls: after.calls - before.calls,
    retries: after.retries - before.retries,
    bytesReceived: after.bytesReceived - before.bytesReceived,
  };
}
