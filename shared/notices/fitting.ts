/**
 * The first of these values that is at most `maxBytes` long as JSON, as JSON. The last one is taken as it is: it has to be
 * small whatever happens.
 */
export function fitting(maxBytes: number, ways: readonly [...(() => unknown)[], () => unknown]): string {
  let text = '';
  for (const way of ways) {
    text = JSON.stringify(way());
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  return text;
}
