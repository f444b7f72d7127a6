import { formatDuration } from '../jobs/duration.ts';
import type { Rule } from '../policy/rule.ts';
import type { ToldState } from './compile.ts';

/** `14:45 UTC` of the moment. */
function clock(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 16)} UTC`;
}

/** What a rule says of its grace. */
type Grace = Pick<Rule, 'ifUndelivered'> & { readonly graceMs: number };

/**
 * When a grace is over: epoch ms, undefined while that cannot be told, or where the job is then let run. It counts from
 * the receipt of the message. Where nobody could be told, or nothing is heard of the message, it is over after the wait
 * of `ifUndelivered`, if the job is to be cancelled then.
 */
export function graceEndsAt({ graceMs, ifUndelivered }: Grace, told: ToldState | undefined): number | undefined {
  if (told === undefined) return undefined;
  // The clock behind a receipt is another one: nobody was told before the message was written.
  const sinceMs = Math.max(told.atMs, told.receipt?.atMs ?? told.atMs);
  if (told.receipt?.how === 'delivered') return sinceMs + graceMs;
  return ifUndelivered?.then === 'cancel' ? sinceMs + ifUndelivered.waitMs : undefined;
}

function untilTold(graceMs: number, told: ToldState | undefined): string {
  const begins = `the grace of ${formatDuration(graceMs)} begins when the message is delivered`;
  return told === undefined ? `Its owner is told first; ${begins}.` : `Its owner is being told; ${begins}.`;
}

/** Why a rule's grace still holds a cancel back, as a sentence; undefined when it is over. */
export function graceWhy(grace: Grace, told: ToldState | undefined, nowMs: number): string | undefined {
  const endsMs = graceEndsAt(grace, told);
  if (endsMs !== undefined && nowMs >= endsMs) return undefined;
  if (told?.receipt === undefined) return untilTold(grace.graceMs, told);
  if (told.receipt.how === 'undeliverable') {
    return endsMs === undefined
      ? 'Nobody could be told, and the rule then lets the job run.'
      : `Nobody could be told; the job is let run until ${clock(endsMs)}.`;
  }
  const length = formatDuration(grace.graceMs);
  const toldAt = clock(Math.max(told.atMs, told.receipt.atMs));
  return `Its owner was told at ${toldAt}; the grace of ${length} ends at ${clock(endsMs ?? nowMs)}.`;
}
