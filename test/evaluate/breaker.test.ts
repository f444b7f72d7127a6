import { describe, expect, it } from 'vitest';
import { breakerOf } from '../../shared/evaluate/breaker.ts';
import { aJob, aPolicy, aVerdict, type WrittenPolicy } from '../make.ts';

const cancels = (count: number) =>
  Array.from({ length: count }, (_, index) => aVerdict({ job: aJob({ id: `job-${index}` }) }));

function isOpen(written: WrittenPolicy['breaker'], planned: number, seen: number): boolean {
  return breakerOf(cancels(planned), seen, aPolicy({ breaker: written }).breaker).open;
}

describe('the breaker', () => {
  const wide = { maxShare: '100%' };
  it.each<[string, WrittenPolicy['breaker'], number, number, boolean]>([
    ['stays closed with nothing planned', { maxCancels: 0, maxShare: '0%', minJobs: 0 }, 0, 0, false],
    ['stays closed at its number', { ...wide, maxCancels: 3 }, 3, 100, false],
    ['opens above its number', { ...wide, maxCancels: 3 }, 4, 100, true],
    ['with 0 lets none through', { ...wide, maxCancels: 0 }, 1, 100, true],
    ['stays closed at its share', { maxShare: '25%' }, 5, 20, false],
    ['opens above its share', { maxShare: '25%' }, 6, 20, true],
    ['counts the share once there are enough jobs', { maxShare: '25%', minJobs: 10 }, 3, 10, true],
    ['does not count the share before', { maxShare: '25%', minJobs: 10 }, 3, 9, false],
    ['counts the share from the first job when minJobs is 0', { maxShare: '25%', minJobs: 0 }, 1, 1, true],
    ['with a share of 0 lets none through', { maxShare: '0%' }, 1, 1000, true],
    ['with a share of 100% goes by the number alone', { ...wide, maxCancels: 20 }, 20, 20, false],
    ['opens when more is planned than was seen', { ...wide, minJobs: 0 }, 1, 0, true],
    ['counts the number however few jobs there are', { maxCancels: 1, minJobs: 10 }, 2, 2, true],
    ['by default stays closed at 20', {}, 20, 1000, false],
    ['by default opens above 20', {}, 21, 1000, true],
    ['by default stays closed at a quarter', {}, 10, 40, false],
    ['by default opens above a quarter', {}, 11, 40, true],
  ])('%s', (_says, written, planned, seen, expected) => {
    expect(isOpen(written, planned, seen)).toBe(expected);
  });

  it('says how many are planned and which limit they are over', () => {
    const limits = aPolicy().breaker;
    expect(breakerOf(cancels(21), 1000, limits)).toEqual({
      open: true,
      planned: 21,
      why: '21 cancels are planned, over the limit of 20.',
    });
    expect(breakerOf(cancels(6), 20, limits).why).toBe(
      '6 cancels are planned, 30 % of the 20 jobs seen, over the limit of 25 %.',
    );
    expect(breakerOf(cancels(2), 20, limits)).toEqual({ open: false, planned: 2, why: '' });
  });

  it('counts jobs, not verdicts, and takes the same id in another place for another job', () => {
    const here = aVerdict();
    const there = aVerdict({ job: aJob({ location: 'US' }) });
    const elsewhere = aVerdict({ job: aJob({ target: 'bigquery:finance-prod', project: 'finance-prod' }) });
    const limits = aPolicy().breaker;
    expect(breakerOf([here, { ...here, rule: 'other' }], 1, limits).planned).toBe(1);
    expect(breakerOf([here, there, elsewhere], 1, limits).planned).toBe(3);
  });
});
