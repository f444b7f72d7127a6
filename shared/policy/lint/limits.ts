import { formatDuration } from '../../jobs/duration.ts';
import { formatQuantity } from '../../jobs/quantity.ts';
import type { Path } from '../lines.ts';
import type { Rule } from '../rule.ts';
import { limitPath } from './limit-places.ts';
import { limitWithin, metricsOf } from './limits-within.ts';
import { writtenAt, type Check, type Sense, type Subject } from './subject.ts';

type InRule = (rule: Rule, path: Path, subject: Subject) => Sense[];

const impossible: InRule = ({ name, limit }, path) => {
  const named = metricsOf(limit);
  if (limit.how !== 'all' || !named.includes('queueTime') || named.length === 1) return [];
  const others = named.filter((metric) => metric !== 'queueTime').join(' and ');
  const says = `${name} never applies: queueTime counts while a job waits, ${others} once it runs.`;
  const at = limitPath([...path, 'limit'], limit, 'queueTime');
  return [
    {
      code: 'limit-impossible',
      path: at,
      part: 'key',
      says,
      try: 'Take queueTime out of all: {...}, or write two rules.',
    },
  ];
};

const lateWarning: InRule = ({ limit, warnAt, action }, path) => {
  if (warnAt === undefined || action === 'record') return [];
  const late = metricsOf(warnAt).filter((metric) => {
    const alone = { how: 'any', of: { [metric]: warnAt.of[metric] } } as const;
    return limitWithin(warnAt.how === 'all' ? warnAt : alone, limit);
  });
  return late.map((metric) => {
    const shown = (amount: number | undefined) => formatQuantity(metric, amount ?? 0);
    const says = `The warning line of ${shown(warnAt.of[metric])} is not below the limit of ${shown(limit.of[metric] ?? warnAt.of[metric])}.`;
    const at = limitPath([...path, 'warnAt'], warnAt, metric);
    return { code: 'warn-not-before-limit', path: at, says, try: 'Write less than the limit, or remove warnAt.' };
  });
};

const sizeForm = /^\d+(?:\.\d+)?\s*[kmgtp](i?)b$/i;

/** All sizes of a rule as they are written, with whether they are binary. */
function sizes(
  written: unknown,
  path: Path,
): { readonly path: Path; readonly text: string; readonly isBinary: boolean }[] {
  if (typeof written === 'object' && written !== null)
    return Object.entries(written).flatMap(([key, value]) => sizes(value, [...path, key]));
  const [, binary] = typeof written === 'string' ? (sizeForm.exec(written) ?? []) : [];
  return binary === undefined ? [] : [{ path, text: String(written), isBinary: binary !== '' }];
}

const mixedUnits: InRule = (_, path, { written }) => {
  const found = ['limit', 'warnAt'].flatMap((key) => sizes(writtenAt(written, [...path, key]), [...path, key]));
  const [first] = found;
  const other = found.find(({ isBinary }) => isBinary !== first?.isBinary);
  if (first === undefined || other === undefined) return [];
  const says = `${other.text} and ${first.text} stand in one rule: one is decimal, the other binary.`;
  return [{ code: 'mixed-units', path: other.path, says, try: 'Use GB and TB, or GiB and TiB, for both.' }];
};

const longGrace: InRule = ({ limit, graceMs = 0 }, path) => {
  const allowedMs = limit.of.runTime;
  if (allowedMs === undefined || graceMs <= allowedMs) return [];
  const says = `The grace of ${formatDuration(graceMs)} is longer than the run time that is allowed, ${formatDuration(allowedMs)}.`;
  const total = formatDuration(graceMs + allowedMs);
  const cure = `A job may run for ${total} this way. Write a shorter grace, or a later limit with warnAt.`;
  return [{ code: 'grace-too-long', path: [...path, 'grace'], says, try: cure }];
};

const cancelInQueue: InRule = ({ name, action, limit }, path) => {
  if (action !== 'cancel' || limit.of.queueTime === undefined || limit.how === 'all') return [];
  const says = `${name} cancels jobs that only wait: they use nothing, and the limit no longer holds once they start.`;
  const at = limitPath([...path, 'limit'], limit, 'queueTime');
  return [{ code: 'cancel-in-queue', path: at, part: 'key', says, try: 'Write action: warn in a rule of its own.' }];
};

const idleWarning: InRule = ({ action, warnAt }, path) => {
  if (action !== 'record' || warnAt === undefined) return [];
  const says = 'A rule that only records tells nobody, so that warnAt has no effect.';
  return [{ code: 'idle-key', path: [...path, 'warnAt'], part: 'key', says, try: 'Remove it, or say action: warn.' }];
};

const checks: readonly InRule[] = [impossible, lateWarning, mixedUnits, longGrace, cancelInQueue, idleWarning];

/** Limits, warning lines and graces that do not go together. */
export const limits: Check = (subject) =>
  subject.policy.rules.flatMap((rule, index) => checks.flatMap((check) => check(rule, ['rules', index], subject)));
