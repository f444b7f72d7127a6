/** The files by which a process under test is told the time and its end, in the folder that it shares with its parent. */
export const fileNames = {
  /** Two numbers of `clockDigits` digits each: when the clock was set, and how many ms it was moved on since. */
  clock: 'clock',
  /** The writes that took effect, one a line: `watch link ledger.json`. */
  commits: 'commits',
  /** After which of them its writer ends: `watch link ledger.json #3`; empty for none. */
  endAfter: 'end-after',
} as const;

export const clockDigits = 16;

/** By itself the clock goes slowly: what a machine at its limits takes for its work must not use up the time of a sweep. */
const pace = 0.1;

/** What the clock says, in whole epoch ms, when the machine's says `realMs`. */
export function timeOf(realMs: number, { setAtMs, movedMs }: { readonly setAtMs: number; readonly movedMs: number }) {
  return Math.floor(setAtMs + (realMs - setAtMs) * pace + movedMs);
}

/** The two functions of the product, each a process of its own. */
export type Role = 'watch' | 'notify';
export const roles: readonly Role[] = ['watch', 'notify'];
