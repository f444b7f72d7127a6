import type { Path } from '../lines.ts';
import type { Check, Sense } from './subject.ts';

const dayMs = 86_400_000;
const soonDays = 14;
const soonSilenceDays = 3;
const farDays = 366;
const longestFreezeDays = 60;
/** The fewest working days that a month has. */
const workingDays = 20;

const daysTo = (day: string, today: string) => Math.round((Date.parse(day) - Date.parse(today)) / dayMs);

const inDays = (count: number) => (count === 0 ? 'today' : count === 1 ? 'tomorrow' : `in ${count} days`);

function expired(what: string, day: string, path: Path, today: string): Sense[] {
  if (daysTo(day, today) >= 0) return [];
  const says = `This ${what} ended with ${day}.`;
  return [{ code: 'expired', path, says, try: `Remove it, or have it approved again with a later day.` }];
}

function soon(what: string, day: string, path: Path, left: number): Sense[] {
  const cure = 'Ask whoever approved it whether it is still needed.';
  return [{ code: 'expires-soon', path, says: `This ${what} ends with ${day}, ${inDays(left)}.`, try: cure }];
}

const exemptions: Check = ({ policy, today }) =>
  policy.exemptions.flatMap(({ expires }, index): Sense[] => {
    const path = ['exemptions', index, 'expires'];
    const left = daysTo(expires, today);
    if (left < 0) return expired('exemption', expires, path, today);
    if (left <= soonDays) return soon('exemption', expires, path, left);
    if (left <= farDays) return [];
    const says = `This exemption holds for ${Math.round(left / 365)} years and more.`.replace('1 years', 'a year');
    return [
      {
        code: 'expires-far',
        path,
        says,
        try: 'Write a day within a year; what is meant for good belongs under protect.',
      },
    ];
  });

const silences: Check = ({ policy, today }) =>
  policy.silences.flatMap(({ until }, index) => {
    const path = ['silences', index, 'until'];
    const left = daysTo(until, today);
    if (left < 0) return expired('silence', until, path, today);
    return left <= soonSilenceDays ? soon('silence', until, path, left) : [];
  });

const freezes: Check = ({ policy, today }) =>
  policy.freezes.flatMap(({ when }, index): Sense[] => {
    const place = ['freezes', index];
    const cure = 'Write a shorter time, or an exemption with a reason and an end.';
    if (when.how === 'dates') {
      const days = daysTo(when.to, when.from) + 1;
      if (days <= longestFreezeDays) return expired('freeze', when.to, [...place, 'to'], today);
      return [{ code: 'freeze-long', path: [...place, 'to'], says: `This freeze lasts ${days} days.`, try: cure }];
    }
    const { firstDay, lastDay } = when;
    if (lastDay - firstDay < workingDays) return [];
    const says = `From ${firstDay} to ${lastDay} is nearly every working day of a month.`;
    return [{ code: 'freeze-long', path: [...place, 'days', 'monthEnd'], says, try: cure }];
  });

/** Exemptions, freezes and silences whose time is over, nearly over, or much too long. */
export const dates: Check = (subject) => [...exemptions(subject), ...silences(subject), ...freezes(subject)];
