import { expect, it } from 'vitest';
import { attributesOf, kindOf } from '../../shared/audit/attributes.ts';
import { eventType } from '../../shared/audit/event.ts';

// Synthetic: no such project or rule exists.
const event = (fields: object = {}) => ({
  type: eventType('cancel.confirmed'),
  severity: 'NOTICE',
  data: { job: { engine: 'bigquery', project: 'analytics-prod' }, rule: { name: 'long-queries', action: 'cancel' } },
  ...fields,
});
const withRule = (name: string) =>
  attributesOf(event({ data: { job: { engine: 'bigquery', project: 'p' }, rule: { name, action: 'warn' } } })).rule ??
  '';

it('mirrors what subscriptions filter on', () => {
  expect(attributesOf(event())).toEqual({
    kind: 'audit',
    event: 'cancel.confirmed',
    severity: 'NOTICE',
    engine: 'bigquery',
    project: 'analytics-prod',
    rule: 'long-queries',
    action: 'cancel',
  });
});

it('says nothing of a job where there is none', () => {
  const sweep = event({ type: eventType('sweep.completed'), severity: 'INFO', data: { counts: {} } });
  expect(attributesOf(sweep)).toEqual({ kind: 'audit', event: 'sweep.completed', severity: 'INFO' });
  expect(attributesOf(event({ data: null }))).toEqual({ kind: 'audit', event: 'cancel.confirmed', severity: 'NOTICE' });
});

it.each([
  ['dev.jobwarden.cancel.confirmed.v1', 'audit'],
  ['dev.jobwarden.notice.v1', 'notice'],
  ['dev.jobwarden.notice.digest.v2', 'notice'],
  ['dev.jobwarden.shard.v1', 'shard'],
  ['dev.jobwarden.noticed.v1', 'audit'],
  ['com.example.other', 'audit'],
])('marks %s for the subscribers of kind %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

it.each([
  ['control characters', 'a\u0000b\r\nc\u007f', 'a b c'],
  ['half a character', 'a\ud800b', 'a\ufffdb'],
  ['characters outside the alphabet', 'Müller 😀 "quoted" <b>', 'Müller 😀 "quoted" <b>'],
  ['white space around', '  a  ', 'a'],
])('makes a sayable value of text with %s', (_what, name, value) => {
  expect(withRule(name)).toBe(value);
});

it.each(['x', 'é', '€', '😀'])('cuts a value of %s at 1024 bytes and between characters', (character) => {
  const value = withRule(character.repeat(2000));
  const bytes = Buffer.byteLength(value);
  expect(bytes).toBeLessThanOrEqual(1024);
  expect(bytes).toBeGreaterThan(1024 - 4);
  expect(new Set(value)).toEqual(new Set([character]));
});

it('leaves a value out that would be empty', () => {
  expect(attributesOf(event({ severity: '\n' }))).not.toHaveProperty('severity');
});
