const hourMs = 3_600_000;

/** Does it at the first call, and then at most once an hour; the calls between do nothing. `now` gives epoch ms. */
export function hourly(work: () => Promise<unknown>, now: () => number): () => Promise<void> {
  let nextMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() < nextMs) return;
    nextMs = now() + hourMs;
    await work();
  };
}
