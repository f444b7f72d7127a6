import { describe, expect, it } from 'vitest';
import { readOrder, readStop, stopSwitch, stopText } from '../../shared/ledger/stop.ts';
import { hours, nowMs } from '../make.ts';

// All orders here are made up.
const until = new Date(nowMs + hours(4)).toISOString();
const order = { until, reason: 'The month is being closed', by: 'ana' };

describe('the text of the switch', () => {
  it('is read as it was written', () => {
    expect(readOrder(stopText(order))).toEqual(order);
    expect(readStop(stopText(order), nowMs)).toEqual({
      by: 'stop',
      why: 'Every cancel is stopped by ana until 2026-03-11T14:00:00.000Z: The month is being closed.',
      order,
    });
  });

  it('may leave out by whom', () => {
    expect(readStop(stopText({ until, reason: 'x' }), nowMs)?.why).toBe(`Every cancel is stopped until ${until}: x.`);
  });

  it('stops nothing from its end on, and everything until then', () => {
    const ends = Date.parse(until);
    expect([ends - 1, ends, ends + 1].map((atMs) => readStop(stopText(order), atMs) !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
  });

  const strange: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a word', 'stop'],
    ['JSON that is no order', '{}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no end', JSON.stringify({ reason: 'x' })],
    ['an end in words', JSON.stringify({ until: 'tomorrow', reason: 'x' })],
    ['an end without a time zone', JSON.stringify({ until: '2026-03-11T09:00:00', reason: 'x' })],
    ['a day', JSON.stringify({ until: '2026-03-10', reason: 'x' })],
    ['no reason', JSON.stringify({ until: '2026-03-10T00:00:00Z' })],
    ['half of it', stopText(order).slice(0, 20)],
  ];
  it.each(strange)('stops everything when it is %s', (_, text) => {
    expect(readOrder(text)).toBeUndefined();
    expect(readStop(text, nowMs)).toEqual({
      by: 'stop',
      why: 'STOP stands beside the policy and does not say until when: everything is stopped.',
    });
  });
});

describe('the switch', () => {
  const now = () => nowMs;
  const never = async (): Promise<string> => Promise.reject(new Error('it was asked'));

  it('stops nothing where there is none', async () => {
    expect(await stopSwitch(undefined, async () => undefined, now)()).toBeUndefined();
  });

  it('is read anew at each question, by the clock of that moment', async () => {
    const texts = [undefined, stopText(order), stopText(order), undefined];
    let clock = nowMs;
    const asked = stopSwitch(
      undefined,
      async () => texts.shift(),
      () => clock,
    );
    const first = await asked();
    const second = await asked();
    clock += hours(5);
    expect([first, second?.order, await asked(), await asked()]).toEqual([undefined, order, undefined, undefined]);
  });

  it('that cannot be read stops everything, and says why', async () => {
    const stopped = await stopSwitch(undefined, async () => Promise.reject(new Error('[objects] no access')), now)();
    expect(stopped).toEqual({
      by: 'stop',
      why: 'The stop switch cannot be read, so everything is stopped: [objects] no access',
      unreadable: true,
    });
  });

  it('in the setting stops everything, whatever else stands there', async () => {
    expect(await stopSwitch('we are moving', never, now)()).toEqual({
      by: 'stop',
      why: 'The setting JOBWARDEN_STOP is set: we are moving.',
    });
  });
});
