import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  auditEventSchema,
  type AuditEvent,
  eventName,
  eventType,
  severities,
  type EventName,
} from '../../shared/audit/event.ts';
import { eventJsonSchema } from '../../shared/audit/json-schema.ts';
import { jobEvent } from '../../shared/audit/job-event.ts';
import { breakerEvent, targetEvent } from '../../shared/audit/sweep-event.ts';
import { aVerdict, nowMs } from '../make.ts';

// Synthetic: no such deployment or project exists.
const file = new URL('../../shared/audit/event.schema.json', import.meta.url);
const policy = { sha256: 'ab'.repeat(32), where: 'policy.yaml' };
const context = { source: '//jobwarden/test', sweepId: 'sweep-1', nowMs, policy };
const modes = { setting: 'observe', policy: null } as const;

const aJobEvent = jobEvent({
  name: 'job.recorded',
  verdict: aVerdict(),
  case: '0'.repeat(20),
  sequence: 1,
  attempt: 1,
  context,
});
const written: readonly AuditEvent[] = [
  aJobEvent,
  targetEvent({ context: { ...context, modes }, target: 'bigquery:a', why: 'It could not be reached.' }),
  breakerEvent({
    name: 'breaker.closed',
    context: { ...context, modes },
    why: 'Few cancels.',
    plannedCancels: 0,
    jobsSeen: 9,
    maxCancels: 20,
  }),
];
const events = written.map((event): unknown => JSON.parse(JSON.stringify(event)));

const text = `${JSON.stringify(eventJsonSchema(), null, 2)}\n`;

it('has its JSON Schema beside it, up to date (UPDATE=1 writes it anew)', () => {
  if (process.env['UPDATE'] === '1') writeFileSync(file, text);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text);
});

const fromJsonSchema = z.fromJSONSchema(JSON.parse(text));

it.each(events)('makes events that the JSON Schema accepts: %o', (event) => {
  expect(fromJsonSchema.safeParse(event).error).toBeUndefined();
});

const broken: readonly [string, object][] = [
  ['another version of CloudEvents', { specversion: '0.3' }],
  ['no id', { id: undefined }],
  ['a type that does not exist', { type: 'dev.jobwarden.job.killed.v1' }],
  ['a case that is none', { case: 'job-1' }],
  ['a sequence that is text', { sequence: '1' }],
  ['a severity that does not exist', { severity: 'LOUD' }],
  ['a time in words', { time: 'yesterday' }],
  ['no data', { data: undefined }],
  ['the data of another event', { data: { why: 'x' } }],
];

it.each(broken)('refuses an event with %s, in zod and in JSON Schema', (_what, change) => {
  const event: unknown = JSON.parse(JSON.stringify({ ...aJobEvent, ...change }));
  expect(auditEventSchema.safeParse(event).success).toBe(false);
  expect(fromJsonSchema.safeParse(event).success).toBe(false);
});

it('lets later versions add fields', () => {
  const event = { ...aJobEvent, traceparent: '00-1', data: { ...aJobEvent.data, added: 1 } };
  expect(auditEventSchema.safeParse(event).success).toBe(true);
  expect(fromJsonSchema.safeParse(event).success).toBe(true);
});

it('points from each event to the definition of its data', () => {
  const { $id, $defs } = z
    .looseObject({ $id: z.string(), $defs: z.record(z.string(), z.unknown()) })
    .parse(eventJsonSchema());
  for (const { dataschema } of written) {
    const [schema, path] = dataschema.split('#/$defs/');
    expect(schema).toBe($id);
    expect(Object.keys($defs ?? {})).toContain(path);
  }
});

it('names CloudEvents attributes as the specification asks', () => {
  for (const name of Object.keys(aJobEvent)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
});

it('is loud where somebody has to act, and quiet where all is as it should be', () => {
  const of = (severity: string) => Object.entries(severities).flatMap(([name, is]) => (is === severity ? [name] : []));
  expect(of('CRITICAL')).toEqual(['breaker.opened', 'policy.rejected']);
  expect(of('ERROR')).toEqual(['cancel.forbidden', 'cancel.error', 'target.failed']);
  expect(of('WARNING')).toEqual(['cancel.unconfirmed', 'stop.set']);
  expect(of('INFO')).toEqual(['job.recorded', 'warn.would-have', 'case.ended', 'case.withdrawn', 'sweep.completed']);
});

it('has a type for every event name and finds the name in the type', () => {
  const names = Object.keys(severities).filter((name): name is EventName => name in severities);
  expect(names).toHaveLength(23);
  const types: string[] = auditEventSchema.options.flatMap((option) => Array.from(option.unwrap().shape.type.values));
  expect(types.toSorted()).toEqual(names.map(eventType).toSorted());
  for (const name of names) expect(eventName(eventType(name))).toBe(name);
});
