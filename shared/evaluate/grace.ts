import { formatDuration } from '../jobs/duration.ts';
import type { Rule } from '../policy/rule.ts';
import type { ToldState } from './compile.ts';

/** `14:45 UTC` of the moment. */
function clock(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 16)} UTC`;
}

function untilTold(graceMs: number, told: ToldState | undefined): string {
  const begins = `the grace of ${formatDuration(graceMs)} begins when the message is delivered`;
  return told === undefined ? `Its owner is told first; ${begins}.` : `Its owner is being told; ${begins}.`;
}

/**
 * Why a rule's grace still holds a cancel back, as a sentence; undefined when it is over. The grace counts from the
 * receipt of the message. Where nobody could be told, or nothing was heard of the message for that long, `ifUndelivered`
 * decides: the job is let run, or cancelled after the wait that it names.
 */
export function graceWhy(
  graceMs: number,
  ifUndelivered: Rule['ifUndelivered'],
  told: ToldState | undefined,
  nowMs: number,
): string | undefined {
  if (told?.receipt?.how === 'delivered') {
    const endsMs = told.receipt.atMs + graceMs;
    if (nowMs >= endsMs) return undefined;
    return `Its owner was told at ${clock(told.receipt.atMs)}; the grace of ${formatDuration(graceMs)} ends at ${clock(endsMs)}.`;
  }
  if (told === undefined) return untilTold(graceMs, told);
  const waitMs = ifUndelivered?.then === 'cancel' ? ifUndelivered.waitMs : undefined;
  const sinceMs = told.receipt?.atMs ?? told.atMs;
  if (waitMs !== undefined && nowMs >= sinceMs + waitMs) return undefined;
  if (told.receipt === undefined) return untilTold(graceMs, told);
  if (waitMs === undefined) return 'Nobody could be told, and the rule then lets the job run.';
  return `Nobody could be told; the job is let run until ${clock(sinceMs + waitMs)}.`;
}
