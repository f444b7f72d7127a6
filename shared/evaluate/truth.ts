/** True, false, or undefined for unknown. Unknown never leads to a cancel. */
export type Truth = boolean | undefined;

/** True when all are true; false as soon as one is false, whatever is unknown. */
export function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

/** True as soon as one is true, whatever is unknown; false when all are false. */
export function some(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

/** The opposite; unknown stays unknown. */
export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
