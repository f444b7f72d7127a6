import { formatDuration } from '../../shared/jobs/duration.ts';
import { closedByHand, closedForMs } from '../../shared/ledger/closed-by-hand.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { Closed } from './breaker-close.ts';
import type { Line } from './command.ts';
import { momentWords } from './moments.ts';
import { plain } from './verdict-lines.ts';

const openSince = ({ troubles }: LedgerDocument): number | undefined => troubles['breaker'];

function openLine(document: LedgerDocument, nowMs: number): Line {
  const sinceMs = openSince(document);
  if (sinceMs === undefined) return [{ text: 'The breaker is not open.', as: 'good' }];
  const since = `${momentWords(sinceMs, 'UTC')} (${formatDuration(Math.max(0, nowMs - sinceMs))})`;
  return [{ text: 'The breaker is open', as: 'bad' }, ` since ${since}: no cancel is carried out.`];
}

function handWords({ atMs, reason, by }: NonNullable<LedgerDocument['breakerClosed']>): string {
  const whose = by === undefined ? '' : ` by ${plain(by)}`;
  return `closed by hand${whose} at ${momentWords(atMs, 'UTC')}: ${plain(reason)}`;
}

const untilWords = (atMs: number) => momentWords(atMs + closedForMs, 'UTC');

/** Whether the breaker is open, and who let the next sweep through, for people. */
export function standingLines(document: LedgerDocument, nowMs: number): readonly Line[] {
  const byHand = closedByHand(document, nowMs);
  if (byHand === undefined) return [openLine(document, nowMs)];
  return [
    openLine(document, nowMs),
    `It was ${handWords(byHand)}.`,
    `The next sweep that would open it goes through; if none does before ${untilWords(byHand.atMs)}, that lapses.`,
  ];
}

/** The same for JSON; times are ISO 8601. */
export function standingData(document: LedgerDocument, nowMs: number) {
  const sinceMs = openSince(document);
  const byHand = closedByHand(document, nowMs);
  return {
    open: sinceMs !== undefined,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    closedByHand: byHand === undefined ? null : { ...byHand, atMs: undefined, at: new Date(byHand.atMs).toISOString() },
  };
}

/** What it means that the breaker was closed by hand. */
export function closedLines({ document, order }: Extract<Closed, { how: 'closed' }>, nowMs: number): readonly Line[] {
  const sinceMs = openSince(document);
  const since = sinceMs === undefined ? '' : ` It was open for ${formatDuration(Math.max(0, nowMs - sinceMs))}.`;
  const before = sinceMs === undefined ? 'The breaker is not open now. ' : '';
  return [
    [{ text: `The breaker is ${handWords(order)}.`, as: 'caution' }, since],
    '',
    `${before}The next sweep that would open it goes through, once: its cancels are carried out within the budgets, and all`,
    'else that holds a cancel back holds. The sweep after it is counted anew.',
    `If no sweep needs it before ${untilWords(order.atMs)}, it lapses. The event breaker.closed has the reason.`,
  ];
}
