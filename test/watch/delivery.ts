import type { Receipt } from '../../shared/ledger/receipts.ts';
import { aWorld, type Given, type TestWorld } from './a-world.ts';

/** What became of the warnings that nobody has looked after yet. Left out, all their jobs were named and delivered now. */
export interface Delivery {
  readonly how?: Receipt['how'];
  readonly atMs?: number;
  /** Which of the jobs in a notice its message named. */
  readonly names?: (id: string) => boolean;
}

/** Does what `notify` does with the warnings that were published so far, and says how many there were. */
export async function deliver(world: TestWorld, { how = 'delivered', atMs, names = () => true }: Delivery = {}) {
  let count = 0;
  for (const notice of world.notices('warned')) {
    if ((await world.receipts.get(notice.id)) !== undefined) continue;
    const cases = notice.jobs.filter(({ id }) => names(id)).map((job) => job.case);
    await world.receipts.put({ noticeId: notice.id, how, atMs: atMs ?? world.clock.now(), cases, notReached: [] });
    count += 1;
  }
  return count;
}

/** Another instance, which knows nothing but the ledger and the receipts, a minute after the sweep of the first one. */
export async function another(first: TestWorld, given: Given): Promise<TestWorld> {
  const world = aWorld(given);
  await world.ledger.swap(first.ledger.latest(), '0');
  for (const { id } of first.notices()) {
    const receipt = await first.receipts.get(id);
    if (receipt !== undefined) await world.receipts.put(receipt);
  }
  world.clock.advance(first.clock.now() - world.clock.now());
  return world;
}
