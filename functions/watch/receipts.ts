import type { Case } from '../../shared/ledger/document.ts';
import { inParallel } from './parallel.ts';
import type { Run } from './world.ts';

const maxRead = 200;
const readAtOnce = 8;

async function readOne(run: Run, known: Case, rule: string, noticeId: string): Promise<void> {
  try {
    const receipt = await run.world.receipts.get(noticeId);
    if (receipt === undefined) return;
    const isNamed = receipt.how === 'undeliverable' || receipt.cases.includes(known.id);
    run.book.receipt(known, rule, isNamed ? { how: receipt.how, atMs: receipt.atMs } : undefined);
  } catch (error) {
    run.troubles.push(`The receipt of ${noticeId} could not be read: ${String(error)}`);
  }
}

/** Reads what became of the notices that graces wait for. A notice that did not name a case has not told its owner. */
export async function readReceipts(run: Run): Promise<void> {
  const open = run.book
    .open()
    .flatMap((known) =>
      Object.entries(known.told).flatMap(([rule, { noticeId, receipt }]) =>
        receipt === undefined ? [{ known, rule, noticeId }] : [],
      ),
    );
  await inParallel(open.slice(0, maxRead), readAtOnce, async ({ known, rule, noticeId }) => {
    await readOne(run, known, rule, noticeId);
    return true;
  });
}
