import { describe, expect, it } from 'vitest';
import { held } from '../../shared/evaluate/safety.ts';
import { aRule, aVerdict, compiled, hours, nowMs, tib, type JobFields, type WrittenPolicy } from '../make.ts';
import { heldBy, whyHeld } from './held-by.ts';

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
