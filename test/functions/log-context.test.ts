import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { traced, traceFields, withCarried } from '../../functions/log-context.ts';

const id = '0af7651916cd43dd8448eb211c80319c';
const asked = (headers: Readonly<Record<string, string>>) => ({ get: (name: string) => headers[name] });
const fieldsOf = (spanId: string | undefined, sampled: boolean) => ({
  'logging.googleapis.com/trace': `projects/ops/traces/${id}`,
  ...(spanId !== undefined && { 'logging.googleapis.com/spanId': spanId }),
  'logging.googleapis.com/trace_sampled': sampled,
});

describe('the trace of a request', () => {
  test.each([
    ['traceparent', `00-${id}-b7ad6b7169203331-01`, fieldsOf('b7ad6b7169203331', true)],
    ['traceparent', `00-${id}-b7ad6b7169203331-00`, fieldsOf('b7ad6b7169203331', false)],
    ['traceparent', `01-${id}-b7ad6b7169203331-03-more`, fieldsOf('b7ad6b7169203331', true)],
    ['traceparent', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, {}],
    ['traceparent', `00-${id}-${'0'.repeat(16)}-01`, {}],
    ['traceparent', `00-${id}`, {}],
    ['traceparent', '', {}],
    ['x-cloud-trace-context', id, fieldsOf(undefined, false)],
    ['x-cloud-trace-context', `${id}/255;o=1`, fieldsOf('00000000000000ff', true)],
    ['x-cloud-trace-context', `${id.toUpperCase()}/18446744073709551615;o=0`, fieldsOf('ffffffffffffffff', false)],
    ['x-cloud-trace-context', `${id}/99999999999999999999;o=1`, fieldsOf(undefined, true)],
    ['x-cloud-trace-context', `${id}", "severity": "INFO`, {}],
    ['x-something-else', id, {}],
  ])('is read from %s: %s', (name, header, expected) => {
    expect(traceFields(asked({ [name]: header }), 'ops')).toEqual(expected);
  });

  test('is that of traceparent where both say one', () => {
    const both = { traceparent: `00-${id}-b7ad6b7169203331-01`, 'x-cloud-trace-context': 'b'.repeat(32) };
    expect(traceFields(asked(both), 'ops')).toEqual(fieldsOf('b7ad6b7169203331', true));
  });

  test.each([undefined, ''])('is left out where the project is not known: %j', (project) => {
    expect(traceFields(asked({ 'x-cloud-trace-context': id }), project)).toEqual({});
  });
});

describe('lines that are written while a request is under way', () => {
  const line = { severity: 'INFO', message: 'm' };

  test('carry its trace and the name of the function, each its own', async () => {
    const seen: unknown[] = [];
    const handler = traced('watch', 'ops', async () => {
      await sleep(1);
      seen.push(withCarried(line));
    });
    const other = 'c'.repeat(32);
    await Promise.all([id, other].map((trace) => handler(asked({ 'x-cloud-trace-context': trace }), {})));
    expect(seen).toEqual(
      [id, other].map((trace) => ({
        ...line,
        'logging.googleapis.com/trace': `projects/ops/traces/${trace}`,
        'logging.googleapis.com/trace_sampled': false,
        'logging.googleapis.com/labels': { function: 'watch' },
      })),
    );
  });

  test('keep their own labels beside it', async () => {
    let seen: unknown;
    const own = { ...line, 'logging.googleapis.com/labels': { rule: 'a' } };
    await traced('notify', undefined, async () => void (seen = withCarried(own)))(asked({}), {});
    expect(seen).toEqual({ ...line, 'logging.googleapis.com/labels': { function: 'notify', rule: 'a' } });
  });

  test('are left as they are outside of a request', () => {
    expect(withCarried(line)).toBe(line);
  });
});
