import type { Job } from '../jobs/job.ts';
import type { HeldBack, Verdict } from '../jobs/verdict.ts';
import type { Freeze } from '../policy/calendar.ts';
import type { Exemption } from '../policy/exceptions.ts';
import { daysBetween, isAroundMonthEnd, wallTime } from './calendar.ts';
import type { Compiled } from './compile.ts';
import { holdAgainst } from './limits.ts';
import { holdsAny } from './matchers.ts';
import { graceWhy } from './grace.ts';
import { every } from './truth.ts';

/** An expired exemption goes on as a warning for so many days, where it says `afterExpiry: warn`. */
const afterExpiryDays = 7;

/** Which job would be cancelled by which rule. */
export type Charge = Pick<Verdict, 'job' | 'rule'>;

/** One thing that may hold a cancel back; undefined when it does not. */
export type Hold = (compiled: Compiled, verdict: Charge, nowMs: number) => HeldBack | undefined;

/** An exemption after its last day makes a warning of a cancel for a while. */
function isPast(entry: Exemption, day: string): boolean {
  return daysBetween(entry.expires, day) > 0;
}

/** Holds back what `protect` names, or may name, up to its ceiling. */
export const protection: Hold = (compiled, { job }, nowMs) => {
  const isProtected = compiled.isProtected(job.principal);
  const ceiling = compiled.policy.protect.upTo;
  const over = ceiling === undefined ? false : holdAgainst(ceiling, job, nowMs, compiled.deployment.costs).over;
  if (isProtected === false || over === true) return undefined;
  const why =
    isProtected === true
      ? `${job.principal} is protected by the policy.`
      : 'Its principal is not known, and may be one that the policy protects.';
  return { by: 'protection', why };
};

function exempts(entry: Exemption, day: string): string | undefined {
  const late = daysBetween(entry.expires, day);
  if (late <= 0) return `It is exempt until ${entry.expires}: ${entry.reason}, approved by ${entry.approvedBy}.`;
  if (late > afterExpiryDays || entry.afterExpiry !== 'warn') return undefined;
  return `Its exemption expired on ${entry.expires}; for ${afterExpiryDays} days after that its owner is only warned.`;
}

/** Holds back what an exemption that has not ended names, or may name. */
export const exemption: Hold = (compiled, { job, rule }, nowMs) => {
  const { day } = wallTime(nowMs, compiled.policy.timezone);
  for (const { entry, match } of compiled.exemptions) {
    if (entry.rules !== undefined && !entry.rules.includes(rule)) continue;
    const why = exempts(entry, day);
    if (why === undefined) continue;
    const holds = holdsAny(match, job);
    if (holds === true) return { by: 'exemption', why, ...(isPast(entry, day) ? { tell: true } : {}) };
    if (holds === undefined) return { by: 'exemption', why: `It cannot be told whether this applies: ${why}` };
  }
  return undefined;
};

function isFrozen(freeze: Freeze, day: string): boolean {
  const { when } = freeze;
  if (when.how === 'dates') return when.from <= day && day <= when.to;
  return isAroundMonthEnd(day, when.firstDay, when.lastDay);
}

/** Holds back what a freeze that is on names, or may name. */
export const freeze: Hold = (compiled, { job }, nowMs) => {
  const { day } = wallTime(nowMs, compiled.policy.timezone);
  for (const { entry, match } of compiled.freezes) {
    const holds = !isFrozen(entry, day) ? false : entry.match.length === 0 ? true : holdsAny(match, job);
    if (holds !== false) return { by: 'freeze', why: `The freeze "${entry.name}" is on (${entry.reason}).` };
  }
  return undefined;
};

function carriesLabel(job: Job, key: string, value: string): boolean | undefined {
  if (job.labels === undefined) return undefined;
  return Object.hasOwn(job.labels, key) && job.labels[key] === value;
}

function isUsedUp({ deployment }: Compiled, most: number | undefined, job: Job): boolean {
  return most !== undefined && (deployment.keptBefore?.(job) ?? 0) >= most;
}

/** Holds back what its owner keeps, or may keep, by a label, up to the ceiling, and so many jobs a day. */
export const optOut: Hold = (compiled, { job }, nowMs) => {
  const entry = compiled.policy.optOut;
  if (entry === undefined || isUsedUp(compiled, entry.perOwnerPerDay, job)) return undefined;
  const { key, value } = entry.label;
  const keeps = every([carriesLabel(job, key, value), compiled.mayOptOut(job.principal)]);
  if (keeps === false) return undefined;
  const { over } = holdAgainst(entry.upTo, job, nowMs, compiled.deployment.costs);
  if (over === true) return undefined;
  const certain = keeps === true && over === false;
  const why = certain
    ? `Its owner keeps it with the label ${key}=${value}, and it is below the ceiling.`
    : `Its owner may be keeping it with the label ${key}=${value}: not all of that, or of the ceiling, can be told.`;
  return { by: 'opt-out', why };
};

/** Holds a cancel back until its owner was told and the rule's grace is over. */
export const grace: Hold = (compiled, { job, rule: name }, nowMs) => {
  const rule = compiled.ruleNamed.get(name);
  if (rule?.graceMs === 0) return undefined;
  if (rule?.graceMs === undefined) return { by: 'grace', why: 'The rule says nothing of a grace.' };
  const told = compiled.deployment.told?.(job, name);
  const why = graceWhy({ ...rule, graceMs: rule.graceMs }, told, nowMs);
  if (why === undefined) return undefined;
  return told === undefined ? { by: 'grace', why, tell: true } : { by: 'grace', why };
};

const holds: readonly Hold[] = [protection, exemption, freeze, optOut, grace];

/** The first thing in the policy that keeps one cancel from being carried out, with its sentence; undefined for none. */
export function holdOf(compiled: Compiled, verdict: Charge, nowMs: number): HeldBack | undefined {
  for (const hold of holds) {
    const held = hold(compiled, verdict, nowMs);
    if (held !== undefined) return held;
  }
  return undefined;
}
