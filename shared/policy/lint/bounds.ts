import type { Path } from '../lines.ts';
import { writtenAt, type Check, type Sense } from './subject.ts';

const widestShare = 0.9;
const mostCancels = 500;
/** A cancel and its proof take a second or two, and all of a sweep less than a minute. */
const mostAttempts = 100;

/** Where a number stands, or the nearest place where it would. */
const at = (written: unknown, key: string, part: string): Path =>
  writtenAt(written, [key, part]) === undefined ? [key] : [key, part];

/** Breakers that never let anything through, and those that let everything through. */
export const breaker: Check = ({ policy: { breaker }, written }) => {
  const { maxCancels, maxShare, minJobs } = breaker;
  const closed = (part: string, says: string, cure: string): Sense[] => [
    { code: 'breaker-always-open', path: at(written, 'breaker', part), says, try: cure },
  ];
  const wide = (part: string, says: string, cure: string): Sense[] => [
    { code: 'breaker-too-wide', path: at(written, 'breaker', part), says, try: cure },
  ];
  if (maxCancels === 0)
    return closed('maxCancels', '0 holds back every cancel there is.', 'Say mode: observe if that is meant.');
  if (maxShare === 0)
    return closed('maxShare', '0% holds back every cancel there is.', 'Say mode: observe if that is meant.');
  const percent = Math.round(maxShare * 100);
  const trips =
    minJobs * maxShare < 1
      ? closed(
          'minJobs',
          `With ${Math.max(1, minJobs)} jobs running, a single cancel is more than ${percent}% of them and opens the breaker.`,
          `Write minJobs: ${Math.ceil(1 / maxShare)} or more.`,
        )
      : [];
  return [
    ...trips,
    ...(maxShare > widestShare
      ? wide('maxShare', `${percent}% of all jobs may be cancelled at once.`, 'Write maxShare: 25%.')
      : []),
    ...(maxCancels > mostCancels
      ? wide('maxCancels', `${maxCancels} jobs may be cancelled at once.`, 'Write maxCancels: 20.')
      : []),
  ];
};

const amounts = ['perSweep', 'perOwnerPerHour', 'perHour'] as const;

/** Budgets that let nothing through, more than a sweep can do, or less than another bound. */
export const budget: Check = ({ policy: { budget, breaker, rules }, written }) => {
  const place = (part: string) => at(written, 'budget', part);
  const none = (part: string, says: string): Sense => {
    return { code: 'budget-zero', path: place(part), says, try: 'Write at least 1, or say mode: observe.' };
  };
  const cancelling = rules.some(({ action }) => action === 'cancel');
  const zeros = amounts.filter((part) => cancelling && budget[part] === 0);
  const past = rules.some(({ pastBreaker }) => pastBreaker) && budget.pastBreaker === 0;
  const found = zeros.map((part) => none(part, `${part}: 0 lets no cancel through.`));
  if (past)
    found.push(none('pastBreaker', 'pastBreaker: 0 lets no cancel through, and a rule says pastBreaker: true.'));
  if (budget.perSweep > mostAttempts) {
    const says = `A sweep lasts less than a minute and cannot do ${budget.perSweep} cancels.`;
    found.push({ code: 'budget-too-wide', path: place('perSweep'), says, try: `Write ${mostAttempts} at most.` });
  }
  const isIdle = breaker.maxCancels > 0 && budget.perSweep > breaker.maxCancels;
  if (isIdle) {
    const says = `perSweep is ${budget.perSweep}, but the breaker opens above ${breaker.maxCancels} cancels.`;
    found.push({ code: 'budget-idle', path: place('perSweep'), says, try: 'Write the smaller number here.' });
  }
  return found;
};
