import type { Case } from '../../shared/ledger/document.ts';
import { inParallel } from './parallel.ts';
import type { Run } from './world.ts';

const maxRead = 200;
const readAtOnce = 8;

/** That the owner of a job waits to be told of a rule by a notice. */
interface Waiting {
  readonly known: Case;
  readonly rule: string;
}

async function readOne(run: Run, noticeId: string, waiting: readonly Waiting[]): Promise<void> {
  try {
    const receipt = await run.world.receipts.get(noticeId);
    if (receipt === undefined) return;
    for (const { known, rule } of waiting) {
      const isNamed = receipt.how === 'undeliverable' || receipt.cases.includes(known.id);
      run.book.receipt(known, rule, isNamed ? { how: receipt.how, atMs: receipt.atMs } : undefined);
    }
  } catch (error) {
    run.troubles.push(`The receipt of ${noticeId} could not be read: ${String(error)}`);
  }
}

/** The notices without a receipt so far, with the graces that wait for it. */
function unread({ book, compiled }: Run): ReadonlyMap<string, readonly Waiting[]> {
  const patient = new Set(compiled.policy.rules.filter(({ graceMs = 0 }) => graceMs > 0).map(({ name }) => name));
  const notices = new Map<string, Waiting[]>();
  for (const known of book.open()) {
    for (const [rule, { noticeId, receipt }] of Object.entries(known.told)) {
      if (receipt !== undefined || !patient.has(rule)) continue;
      notices.set(noticeId, [...(notices.get(noticeId) ?? []), { known, rule }]);
    }
  }
  return notices;
}

/** Reads what became of the notices that graces wait for. A notice that did not name a case has not told its owner. */
export async function readReceipts(run: Run): Promise<void> {
  const notices = [...unread(run)].slice(0, maxRead);
  await inParallel(notices, readAtOnce, async ([noticeId, waiting]) => {
    await readOne(run, noticeId, waiting);
    return true;
  });
}
