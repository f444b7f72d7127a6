/** Measures how far the service's clock is ahead of this machine's, from the `Date` of its answers (RFC 9110, whole seconds). */
export function skewMeter(now: () => number): {
  readonly note: (date: string) => void;
  readonly skewMs: () => number | undefined;
} {
  let skewMs: number | undefined;
  return {
    note: (date) => {
      const atMs = Date.parse(date);
      if (Number.isFinite(atMs)) skewMs = atMs - now();
    },
    skewMs: () => skewMs,
  };
}
