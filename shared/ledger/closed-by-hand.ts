import type { LedgerDocument } from './document.ts';

/** A breaker that was closed by hand and not needed within this time counts as open again: nobody remembers it then. */
export const closedForMs = 3_600_000;

/** Who closed the breaker by hand, as long as that holds; `nowMs` is epoch ms. */
export function closedByHand(
  { breakerClosed }: Pick<LedgerDocument, 'breakerClosed'>,
  nowMs: number,
): LedgerDocument['breakerClosed'] {
  return breakerClosed !== undefined && nowMs - breakerClosed.atMs < closedForMs ? breakerClosed : undefined;
}
