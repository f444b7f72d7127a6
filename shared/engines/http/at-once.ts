/** Does the work on at most so many items at a time and yields each result as it is ready, in no order. */
export async function* atOnce<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting = [...items];
  const underWay = new Map<number, Promise<{ readonly key: number; readonly result: Result }>>();
  let next = 0;
  for (;;) {
    for (const item of waiting.splice(0, most - underWay.size)) {
      const key = next++;
      const done = work(item).then((result) => ({ key, result }));
      // Whoever stops taking results early leaves promises behind that nobody waits for.
      done.catch(() => undefined);
      underWay.set(key, done);
    }
    if (underWay.size === 0) return;
    const { key, result } = await Promise.race(underWay.values());
    underWay.delete(key);
    yield result;
  }
}
