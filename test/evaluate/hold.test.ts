import { describe, expect, it } from 'vitest';
import { held } from '../../shared/evaluate/safety.ts';
import {
  aJob,
  aRule,
  aVerdict,
  compiled,
  hours,
  minutes,
  nowMs,
  tib,
  type WrittenPolicy,
  type JobFields,
} from '../make.ts';

/** What holds a cancel of `long-queries` back, by its name; `nothing` when it may be carried out. */
function heldBy(written: WrittenPolicy, fields: JobFields = {}, at = nowMs): string {
  const verdict = aVerdict({ job: aJob({ runTimeMs: minutes(31), ...fields }) });
  return held(compiled(written), verdict, at).heldBack?.by ?? 'nothing';
}

function whyHeld(written: WrittenPolicy, fields: JobFields = {}, at = nowMs): string | undefined {
  const verdict = aVerdict({ job: aJob({ runTimeMs: minutes(31), ...fields }) });
  return held(compiled(written), verdict, at).heldBack?.why;
}

it('is nothing where the policy names no exception', () => {
  expect(heldBy({})).toBe('nothing');
});

it.each(['warn', 'record'] as const)('never holds back a %s: exceptions keep from being cancelled only', (action) => {
  const policy = compiled({ protect: { principals: ['*'] } });
  expect(held(policy, aVerdict({ action }), nowMs).heldBack).toBeUndefined();
});

describe('a protection', () => {
  const protect = { principals: ['sam@example.com', 'dwh-*@prod.example'] };
  const upTo = { costSoFar: '20 USD' };
  it.each<[string, WrittenPolicy['protect'], JobFields, string]>([
    ['holds for a principal it names', protect, {}, 'protection'],
    ['holds in whatever case it is written', { principals: 'SAM@example.com' }, {}, 'protection'],
    ['does not hold for others', protect, { principal: 'kim@example.com' }, 'nothing'],
    ['holds when the principal is unknown', protect, { principal: undefined }, 'protection'],
    ['holds below its ceiling', { ...protect, upTo }, { bytesProcessed: tib(1) }, 'protection'],
    ['holds at its ceiling', { ...protect, upTo: { costSoFar: '6.25 USD' } }, { bytesProcessed: tib(1) }, 'protection'],
    ['ends above its ceiling', { ...protect, upTo }, { bytesProcessed: tib(9) }, 'nothing'],
    ['holds when the ceiling cannot be judged', { ...protect, upTo }, { bytesProcessed: undefined }, 'protection'],
    [
      'holds when neither can be told',
      { ...protect, upTo },
      { principal: undefined, bytesProcessed: undefined },
      'protection',
    ],
    [
      'of an unknown principal ends above the ceiling',
      { ...protect, upTo },
      { principal: undefined, bytesProcessed: tib(9) },
      'nothing',
    ],
  ])('%s', (_says, written, fields, expected) => {
    expect(heldBy({ protect: written }, fields)).toBe(expected);
  });

  it('says whom it protects, or that nobody knows', () => {
    expect(whyHeld({ protect })).toBe('sam@example.com is protected by the policy.');
    expect(whyHeld({ protect }, { principal: undefined })).toBe(
      'Its principal is not known, and may be one that the policy protects.',
    );
  });
});

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

describe('an opt-out', () => {
  const optOut = {
    label: 'jobwarden=keep',
    allowedFor: '*@example.com',
    upTo: { runTime: '4h', costSoFar: '100 USD' },
  };
  const keep = { labels: { jobwarden: 'keep' } };

  it.each<[string, JobFields, string]>([
    ['keeps a job that carries the label', keep, 'opt-out'],
    ['does not keep a job without it', {}, 'nothing'],
    ['does not keep a job with another value of it', { labels: { jobwarden: 'no' } }, 'nothing'],
    ['keeps a job whose labels are unknown', { labels: undefined }, 'opt-out'],
    ['does not keep the job of somebody who may not', { ...keep, principal: 'etl@other.example' }, 'nothing'],
    ['keeps the job of somebody who is unknown', { ...keep, principal: undefined }, 'opt-out'],
    ['does not keep an unlabelled job of somebody unknown', { principal: undefined }, 'nothing'],
    [
      'does not keep an unknown label of somebody who may not',
      { labels: undefined, principal: 'etl@other.example' },
      'nothing',
    ],
    ['ends above its ceiling', { ...keep, runTimeMs: hours(5) }, 'nothing'],
    ['ends above any number of its ceiling', { ...keep, bytesProcessed: tib(17) }, 'nothing'],
    ['holds when the ceiling cannot be judged', { ...keep, bytesProcessed: undefined }, 'opt-out'],
  ])('%s', (_says, fields, expected) => {
    expect(heldBy({ optOut }, fields)).toBe(expected);
  });

  it('says whether that is certain', () => {
    expect(whyHeld({ optOut }, keep)).toBe(
      'Its owner keeps it with the label jobwarden=keep, and it is below the ceiling.',
    );
    expect(whyHeld({ optOut }, { labels: undefined })).toMatch(/^Its owner may be keeping it with the label/);
    expect(whyHeld({ optOut }, { ...keep, bytesProcessed: undefined })).toMatch(/^Its owner may be keeping it/);
  });

  it('is not there where the policy names none', () => {
    expect(heldBy({}, keep)).toBe('nothing');
  });
});

describe('a grace', () => {
  it('holds the cancel back, since nothing proves yet that the owner was told', () => {
    expect(heldBy({ rules: [aRule({ grace: '10m' })] })).toBe('grace');
  });

  it('of none lets it through', () => {
    expect(heldBy({ rules: [aRule({ grace: 'none' })] })).toBe('nothing');
  });

  it('is that of the rule itself, not of its neighbour', () => {
    const rules = [aRule({ name: 'other', grace: '10m' }), aRule()];
    expect(heldBy({ rules })).toBe('nothing');
    expect(heldBy({ rules: [aRule({ name: 'other' }), aRule({ grace: '10m' })] })).toBe('grace');
  });

  it('holds back a cancel by a rule that the policy does not have', () => {
    expect(held(compiled(), aVerdict({ rule: 'gone' }), nowMs).heldBack?.by).toBe('grace');
  });
});

it('gives one reason, the firmest first', () => {
  const exemption = { match: { project: '*' }, reason: 'x', approvedBy: 'y', expires: '2027-01-01' };
  const freeze = { name: 'f', from: '2026-01-01', to: '2027-01-01', reason: 'z' };
  const policy = { freezes: [freeze], exemptions: [exemption], rules: [aRule({ grace: '10m' })] };
  expect(heldBy({ ...policy, protect: { principals: '*' } })).toBe('protection');
  expect(heldBy(policy)).toBe('exemption');
  expect(heldBy({ ...policy, exemptions: [] })).toBe('freeze');
});
