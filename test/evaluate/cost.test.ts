import { describe, expect, it } from 'vitest';
import { costsOf, describeBasis } from '../../shared/evaluate/cost.ts';
import { pricesReadOn } from '../../shared/evaluate/prices.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, aPolicy, hours, nowMs, tib, type WrittenPolicy } from '../make.ts';

const prod = { reservation: 'admin:EU.prod', edition: 'ENTERPRISE', slotMs: hours(100) };
const path = 'projects/admin/locations/EU/reservations/prod';
const load = { jobType: 'load', statementType: null };

function soFar(fields: Partial<Job>, prices: WrittenPolicy['prices'] = {}): number | undefined {
  return costsOf(aPolicy({ prices }).prices).soFarUsd(aJob(fields), nowMs);
}

function estimated(fields: Partial<Job>, prices: WrittenPolicy['prices'] = {}): number | undefined {
  return costsOf(aPolicy({ prices }).prices).estimatedUsd(aJob(fields));
}

describe('the cost so far', () => {
  it.each<[string, Partial<Job>, number]>([
    ['on demand is bytes read times the price of a TiB', { bytesProcessed: tib(2) }, 12.5],
    ['on demand depends on the location', { bytesProcessed: tib(2), location: 'europe-west1' }, 15],
    ['on demand is at least that of 10 MB', { bytesProcessed: 1 }, (6.25 / 1024 ** 2) * 10],
    ['on demand is nothing while nothing is read', { bytesProcessed: 0 }, 0],
    ['on demand is nothing for a load', { ...load, bytesProcessed: tib(2) }, 0],
    ['on demand is nothing for a load somewhere unknown', { ...load, location: undefined }, 0],
    ['on demand does not depend on slot time', { bytesProcessed: tib(2), slotMs: undefined }, 12.5],
    ['on demand counts writes as well', { bytesProcessed: tib(2), statementType: 'MERGE' }, 12.5],
    ['in a reservation is slot time times the price of an hour', prod, 6.6],
    ['in a reservation depends on the edition', { ...prod, edition: 'ENTERPRISE_PLUS' }, 11],
    ['in a reservation knows the edition in any spelling', { ...prod, edition: 'enterprise plus' }, 11],
    ['in a reservation depends on the location', { ...prod, location: 'US' }, 6],
    ['in a reservation does not depend on bytes', { ...prod, bytesProcessed: undefined }, 6.6],
    ['in a reservation is that of slots for a load too', { ...prod, ...load }, 6.6],
  ])('%s', (_says, fields, expected) => {
    expect(soFar(fields)).toBeCloseTo(expected, 9);
  });

  it.each<[string, Partial<Job>]>([
    ['who pays is', { reservation: undefined }],
    ['the bytes are', { bytesProcessed: undefined }],
    ['the location is', { location: undefined }],
    ['the price at the location is', { location: 'moon-north1' }],
    ['the kind of job is', { jobType: undefined }],
    ['the statement is, since it may be a script', { statementType: undefined }],
    ['the kinds of pay inside a script are', { statementType: 'SCRIPT' }],
    ['the kinds of pay inside a script are, in a reservation too', { ...prod, statementType: 'SCRIPT' }],
    ['the slot time is', { ...prod, slotMs: undefined }],
    ['the edition is', { ...prod, edition: undefined }],
    ['the edition of a reservation without one is', { ...prod, edition: null }],
    ['the price of the edition is', { ...prod, edition: 'STANDARD' }],
    ['the price of a slot at the location is', { ...prod, location: 'europe-west1' }],
    ['the location of the reservation is', { ...prod, location: undefined }],
    ['the engine has no prices', { engine: 'dli' }],
  ])('is unknown, not a guess, when %s unknown', (_says, fields) => {
    expect(soFar(fields)).toBeUndefined();
  });
});

describe("the policy's prices", () => {
  it.each<[string, WrittenPolicy['prices'], Partial<Job>, number]>([
    ['replace a price of the table', { onDemandPerTiB: { EU: '5 USD' } }, { bytesProcessed: tib(2) }, 10],
    ['leave the others as they are', { onDemandPerTiB: { US: '5 USD' } }, { bytesProcessed: tib(2) }, 12.5],
    [
      'name a place the table lacks',
      { onDemandPerTiB: { 'moon-north1': '5 USD' } },
      { location: 'moon-north1', bytesProcessed: tib(2) },
      10,
    ],
    ['may be nothing', { onDemandPerTiB: { EU: '0 USD' } }, { bytesProcessed: tib(2) }, 0],
    ['replace a slot hour', { slotHour: { EU: { enterprise: '0.05 USD' } } }, prod, 5],
    [
      'name an edition the table lacks',
      { slotHour: { EU: { standard: '0.04 USD' } } },
      { ...prod, edition: 'STANDARD' },
      4,
    ],
    [
      'spell an edition in any way',
      { slotHour: { eu: { ENTERPRISE_PLUS: '0.2 USD' } } },
      { ...prod, edition: 'enterprise plus' },
      20,
    ],
    [
      'of one reservation come first',
      { slotHour: { EU: { enterprise: '0.05 USD' } }, reservations: { 'admin:EU.prod': '0.03 USD' } },
      prod,
      3,
    ],
    ['of one reservation leave others alone', { reservations: { 'admin:EU.dev': '0.03 USD' } }, prod, 6.6],
    [
      'of a reservation need no edition',
      { reservations: { 'admin:EU.prod': '0.03 USD' } },
      { ...prod, edition: undefined, location: undefined },
      3,
    ],
    [
      'know a reservation by its path',
      { reservations: { 'admin:EU.prod': '0.03 USD' } },
      { ...prod, reservation: path },
      3,
    ],
    ['may name a reservation by its path', { reservations: { [path]: '0.03 USD' } }, prod, 3],
  ])('%s', (_says, prices, fields, expected) => {
    expect(soFar(fields, prices)).toBeCloseTo(expected, 9);
  });
});

describe('the estimated cost', () => {
  it.each<[string, Partial<Job>, number | undefined]>([
    ["on demand is the planner's bytes times the price", { bytesEstimated: tib(4) }, 25],
    ['on demand is at least that of 10 MB', { bytesEstimated: 1 }, (6.25 / 1024 ** 2) * 10],
    ['of a query that reads nothing is nothing', { bytesEstimated: 0 }, 0],
    ['of a load on demand is nothing', load, 0],
    ['is unknown without an estimate', { bytesEstimated: undefined }, undefined],
    ['does not look at what was read', { bytesEstimated: undefined, bytesProcessed: tib(9) }, undefined],
    ['is unknown in a reservation', { ...prod, bytesEstimated: tib(4) }, undefined],
    ['is unknown when nobody knows who pays', { reservation: undefined, bytesEstimated: tib(4) }, undefined],
    ['is unknown for a script', { statementType: 'SCRIPT', bytesEstimated: tib(4) }, undefined],
  ])('%s', (_says, fields, expected) => {
    if (expected === undefined) expect(estimated(fields)).toBeUndefined();
    else expect(estimated(fields)).toBeCloseTo(expected, 9);
  });

  it("goes by the policy's price", () => {
    expect(estimated({ bytesEstimated: tib(1) }, { onDemandPerTiB: { EU: '5 USD' } })).toBe(5);
  });
});

describe('in words', () => {
  it.each<[string, WrittenPolicy['prices'], Partial<Job>, string]>([
    ['a listed price', {}, {}, `on demand, 6.25 USD per TiB read (list price of ${pricesReadOn})`],
    [
      "the policy's price",
      { onDemandPerTiB: { EU: '5 USD' } },
      {},
      "on demand, 5 USD per TiB read (the policy's price)",
    ],
    ['a load', {}, load, 'on demand, where only queries cost anything'],
    [
      'slots',
      {},
      { ...prod, location: 'US' },
      `slot time of reservation admin:EU.prod, 0.06 USD per slot hour (list price of ${pricesReadOn})`,
    ],
    [
      'a price of its own age',
      {},
      { ...prod, reservation: path },
      'slot time of reservation admin:EU.prod, 0.066 USD per slot hour (list price of 2023-10)',
    ],
    [
      'a place without a price',
      {},
      { location: 'moon-north1' },
      'its cost is not known: no price per TiB is known for moon-north1',
    ],
    [
      'no known place',
      {},
      { location: undefined },
      'its cost is not known: no price per TiB is known for its location',
    ],
    [
      'an edition without a price',
      {},
      { ...prod, edition: 'STANDARD' },
      'its cost is not known: no price of a slot hour is known for reservation admin:EU.prod',
    ],
    [
      'an unknown payer',
      {},
      { reservation: undefined },
      'its cost is not known: it is not known whether a reservation pays for it',
    ],
    [
      'a script',
      {},
      { statementType: 'SCRIPT' },
      'its cost is not known: it is a script or may be one, and each statement is paid for in its own way',
    ],
    ['an unknown kind', {}, { jobType: undefined }, 'its cost is not known: its kind is not known'],
    ['another engine', {}, { engine: 'dli' }, 'its cost is not known: there are no prices for dli'],
  ])('says by what a job is paid: %s', (_says, prices, fields, expected) => {
    expect(describeBasis(aPolicy({ prices }).prices, aJob(fields))).toBe(expected);
  });
});

it('dates its prices by month', () => {
  expect(pricesReadOn).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
});
