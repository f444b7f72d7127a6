import { describe, expect, test } from 'vitest';
import { receiverKey } from '../../shared/notices/notice.ts';
import { destinationsFor, operatorsChain, ownerChain } from '../../shared/notices/route.ts';
import { aJob, type WrittenPolicy } from '../make.ts';
import { aNoticePolicy, platform, sam } from './make.ts';

// Synthetic: no such person, team, job or channel exists.

const keys = (chain: ReturnType<typeof ownerChain>) => chain.map(receiverKey);

function routed(routes: WrittenPolicy['routes'], job = aJob(), owner = sam) {
  const about = { event: 'cancel.confirmed', action: 'cancel' as const, rule: 'long-queries', job };
  return destinationsFor(about, owner, aNoticePolicy({ routes })).map(({ chain }) => keys(chain));
}

const toSam = ['slack:sam@example.com', 'slack:#data-unowned', 'slack:#data-cost', 'slack:oncall@example.com'];
const toOperators = ['slack:#data-cost', 'slack:oncall@example.com', 'slack:#data-unowned'];

describe('how somebody is reached', () => {
  test('writes to a person directly, then tells the fallback, then the operators', () => {
    expect(keys(ownerChain(sam, aNoticePolicy()))).toEqual(toSam);
  });

  test('writes to a team in its channel first', () => {
    expect(keys(ownerChain(platform, aNoticePolicy()))[0]).toBe('slack:#data-platform');
  });

  test('tries nobody twice', () => {
    const policy = aNoticePolicy({ owners: { fallback: { slack: '#data-cost' } } });
    expect(keys(operatorsChain(policy))).toEqual(['slack:#data-cost', 'slack:oncall@example.com']);
  });

  test('has nobody to try where the policy names nobody', () => {
    const policy = aNoticePolicy({ operators: undefined, owners: {} });
    const nobody = { name: 'nobody', kind: 'fallback' as const, foundBy: 'no step', reach: {} };
    expect(ownerChain(nobody, policy)).toEqual([]);
  });
});

describe('routes', () => {
  test('tell the owner where there are none', () => {
    expect(routed([])).toEqual([toSam]);
  });

  test('the first match wins', () => {
    expect(routed([{ match: { rule: 'long-*' }, to: ['operators'] }, { to: ['owner'] }])).toEqual([toOperators]);
  });

  test('continue adds the next match', () => {
    const routes = [
      { match: { action: 'cancel' }, to: ['operators' as const], continue: true },
      { to: ['owner' as const] },
    ];
    expect(routed(routes)).toEqual([toOperators, toSam]);
  });

  test('a named channel falls back to the operators', () => {
    expect(routed([{ to: ['slack:#finance'] }])).toEqual([['slack:#finance', ...toOperators]]);
  });

  test('a channel that is not there yet is tried, so that the operators hear of it', () => {
    expect(routed([{ to: ['pagerduty'] }])).toEqual([['pagerduty:pagerduty', ...toOperators]]);
  });

  test('the same destination twice is told once', () => {
    expect(routed([{ to: ['owner', 'owner'] }])).toEqual([toSam]);
  });

  test.each<[string, object, Parameters<typeof aJob>[0], boolean]>([
    ['event', { event: 'cancel.*' }, {}, true],
    ['another event', { event: 'breaker.*' }, {}, false],
    ['engine', { engine: 'bigquery' }, {}, true],
    ['project', { project: 'finance-*' }, {}, false],
    ['location', { location: ['EU', 'US'] }, {}, true],
    ['a location that is not known', { location: 'EU' }, { location: undefined }, false],
    ['principal, without case', { principal: '*@Example.com' }, {}, true],
    ['a principal that is not known', { principal: '!x@example.com' }, { principal: undefined }, false],
    ['a label', { labels: { team: 'finance' } }, { labels: { team: 'finance' } }, true],
    ['another value of the label', { labels: { team: 'finance' } }, { labels: { team: 'sales' } }, false],
    ['a label that is there', { labels: { team: 'present' } }, { labels: { team: '' } }, true],
    ['a label that is not there', { labels: { team: 'absent' } }, {}, true],
    ['a negated label, with none there', { labels: { env: '!prod' } }, {}, true],
    ['a negated label', { labels: { env: '!prod' } }, { labels: { env: 'prod' } }, false],
    ['a label that must be there and be no other', { labels: { env: ['present', '!prod'] } }, {}, false],
    ['labels that are not known', { labels: { team: 'absent' } }, { labels: undefined }, false],
  ])('match %s', (_title, match, job, matches) => {
    expect(routed([{ match, to: ['operators'] }, { to: ['owner'] }], aJob(job))).toEqual([
      matches ? toOperators : toSam,
    ]);
  });
});
