import { describe, expect, it } from 'vitest';
import type { JobFields, WrittenPolicy } from '../make.ts';
import { heldBy, whyHeld } from './held-by.ts';

describe('an exemption', () => {
  const entry = {
    match: { principal: 'sam@example.com' },
    reason: 'year-end close',
    approvedBy: 'cfo@example.com',
    expires: '2026-03-11',
  };
  const at = (moment: string) => Date.parse(moment);

  it.each<[string, Partial<typeof entry> & { rules?: string[]; afterExpiry?: 'warn' | 'cancel' }, JobFields, string]>([
    ['holds for the jobs it matches', {}, {}, 'exemption'],
    ['does not hold for others', {}, { principal: 'kim@example.com' }, 'nothing'],
    ['holds when it is not known whether it matches', {}, { principal: undefined }, 'exemption'],
    ['holds from the rules it names', { rules: ['long-queries'] }, {}, 'exemption'],
    ['does not hold from other rules', { rules: ['huge-scans'] }, {}, 'nothing'],
    ['from other rules is not unknown either', { rules: ['huge-scans'] }, { principal: undefined }, 'nothing'],
    ['that expired long ago is over', { expires: '2025-01-01' }, {}, 'nothing'],
    ['that expired long ago is not unknown either', { expires: '2025-01-01' }, { principal: undefined }, 'nothing'],
  ])('%s', (_says, fields, job, expected) => {
    expect(heldBy({ exemptions: [{ ...entry, ...fields }] }, job)).toBe(expected);
  });

  it.each<[string, string, 'warn' | 'cancel', string, string]>([
    ['holds in the last second of its day', 'UTC', 'cancel', '2026-03-11T23:59:59Z', 'exemption'],
    ['ends with its day', 'UTC', 'cancel', '2026-03-12T00:00:00Z', 'nothing'],
    [
      "ends by the policy's clock, east of Greenwich earlier",
      'Europe/Berlin',
      'cancel',
      '2026-03-11T22:59:59Z',
      'exemption',
    ],
    ['is over there an hour before UTC', 'Europe/Berlin', 'cancel', '2026-03-11T23:00:00Z', 'nothing'],
    ['holds longer in the west', 'America/Los_Angeles', 'cancel', '2026-03-12T06:59:59Z', 'exemption'],
    ['is over in the west the next morning', 'America/Los_Angeles', 'cancel', '2026-03-12T07:00:00Z', 'nothing'],
    ['becomes a warning for a week after that', 'UTC', 'warn', '2026-03-12T00:00:00Z', 'exemption'],
    ['is a warning to the end of the seventh day', 'UTC', 'warn', '2026-03-18T23:59:59Z', 'exemption'],
    ['is over on the eighth day', 'UTC', 'warn', '2026-03-19T00:00:00Z', 'nothing'],
  ])('%s (%s, afterExpiry: %s)', (_says, timezone, afterExpiry, moment, expected) => {
    expect(heldBy({ timezone, exemptions: [{ ...entry, afterExpiry }] }, {}, at(moment))).toBe(expected);
  });

  it('goes on as a warning where nothing is said about its end', () => {
    expect(heldBy({ exemptions: [entry] }, {}, at('2026-03-14T12:00:00Z'))).toBe('exemption');
  });

  it('holds when any one of several does, whatever stands before it', () => {
    const others = [
      { ...entry, match: { principal: 'kim@example.com' } },
      { ...entry, expires: '2025-01-01' },
      { ...entry, rules: ['huge-scans'] },
    ];
    expect(heldBy({ exemptions: others })).toBe('nothing');
    expect(heldBy({ exemptions: [...others, entry] })).toBe('exemption');
  });

  it('says until when, why and who approved it, and when that cannot be told', () => {
    const exemptions = [entry];
    const why = 'It is exempt until 2026-03-11: year-end close, approved by cfo@example.com.';
    expect(whyHeld({ exemptions })).toBe(why);
    expect(whyHeld({ exemptions }, { principal: undefined })).toBe(`It cannot be told whether this applies: ${why}`);
    expect(whyHeld({ exemptions }, {}, at('2026-03-14T12:00:00Z'))).toBe(
      'Its exemption expired on 2026-03-11; for 7 days after that its owner is only warned.',
    );
  });
});

describe('a freeze', () => {
  const reason = 'close';
  const dates = { name: 'winter', from: '2026-03-10', to: '2026-03-11', reason };
  const close = { name: 'month-end', days: { monthEnd: [-2, 5] }, reason };

  it.each<[string, NonNullable<WrittenPolicy['freezes']>[number], JobFields, string, string]>([
    ['is on on its first day', dates, {}, '2026-03-10T00:00:00Z', 'freeze'],
    ['is on to the end of its last day', dates, {}, '2026-03-11T23:59:59Z', 'freeze'],
    ['is off the day before', dates, {}, '2026-03-09T23:59:59Z', 'nothing'],
    ['is off the day after', dates, {}, '2026-03-12T00:00:00Z', 'nothing'],
    ['is on around the end of a month', close, {}, '2026-01-29T12:00:00Z', 'freeze'],
    ['is on at the beginning of a month', close, {}, '2026-02-06T12:00:00Z', 'freeze'],
    ['is off in the middle of it', close, {}, '2026-02-13T12:00:00Z', 'nothing'],
    [
      'is on for the jobs it matches',
      { ...dates, match: { project: 'analytics-*' } },
      {},
      '2026-03-11T10:00:00Z',
      'freeze',
    ],
    ['is off for others', { ...dates, match: { project: 'finance-*' } }, {}, '2026-03-11T10:00:00Z', 'nothing'],
    [
      'is on when it is not known whether it matches',
      { ...dates, match: { client: 'metabase' } },
      {},
      '2026-03-11T10:00:00Z',
      'freeze',
    ],
    [
      'outside its days holds nothing that may match',
      { ...dates, match: { client: 'metabase' } },
      {},
      '2026-03-12T10:00:00Z',
      'nothing',
    ],
  ])('%s', (_says, entry, fields, moment, expected) => {
    expect(heldBy({ freezes: [entry] }, fields, Date.parse(moment))).toBe(expected);
  });

  it("goes by the days of the policy's time zone", () => {
    const moment = Date.parse('2026-03-11T23:30:00Z');
    expect(heldBy({ freezes: [dates], timezone: 'UTC' }, {}, moment)).toBe('freeze');
    expect(heldBy({ freezes: [dates], timezone: 'Europe/Berlin' }, {}, moment)).toBe('nothing');
  });

  it('is on when any one of several is', () => {
    const other = { ...dates, name: 'other', match: { project: 'finance-*' } };
    expect(whyHeld({ freezes: [other, dates] })).toBe('The freeze "winter" is on (close).');
  });
});
