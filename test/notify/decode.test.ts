import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, type WireRequest } from '../../functions/notify/decode.ts';

// Synthetic: no such project, topic or event exists.

const event = {
  specversion: '1.0',
  id: 'notice-1',
  source: '//jobwarden/test',
  type: 'dev.jobwarden.notice.v1',
  time: '2026-03-11T10:00:00Z',
  datacontenttype: 'application/json',
  data: { hello: 'wörld' },
};
const published = 'google.cloud.pubsub.topic.v1.messagePublished';
const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const push = (data: unknown, more: object = {}) => ({
  message: { data, messageId: '1', message_id: '1', publishTime: '2026-03-11T10:00:00Z', attributes: {}, ...more },
  subscription: 'projects/p/subscriptions/s',
});
const json = { 'content-type': 'application/json' };
const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const binary = (type = published) => ({
  ...json,
  'ce-id': '1',
  'ce-type': type,
  'ce-specversion': '1.0',
  'ce-source': '//s',
});
const about = { type: published, id: '1', source: '//s', specversion: '1.0' };

/** The ways in which a message with this data comes in. */
const forms: Readonly<Record<string, (data: unknown) => WireRequest>> = {
  'a raw push body': (data) => ({ headers: json, body: push(data) }),
  'a raw push body that nobody parsed': (data) => ({ headers: {}, body: Buffer.from(JSON.stringify(push(data))) }),
  'a raw push body as text': (data) => ({
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify(push(data)),
  }),
  'a CloudEvent in binary mode': (data) => ({ headers: binary(), body: push(data) }),
  'a CloudEvent in structured mode': (data) => ({ headers: structured, body: { ...about, data: push(data) } }),
  'a CloudEvent in structured mode with base64': (data) => ({
    headers: structured,
    body: { ...about, data_base64: base64(push(data)) },
  }),
  'the body that the framework makes for background functions': (data) => ({
    headers: json,
    body: {
      context: { eventId: '1' },
      data: { '@type': 'type.googleapis.com/google.pubsub.v1.PubsubMessage', data, attributes: {} },
    },
  }),
};

describe.each(Object.entries(forms))('%s', (_form, request) => {
  test('brings an event', () => {
    expect(decode(request(base64(event)))).toEqual({
      kind: 'event',
      type: event.type,
      id: 'notice-1',
      source: event.source,
      data: event.data,
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['no data', undefined, /no Pub\/Sub message with data/],
    ['empty data', '', /no Pub\/Sub message with data/],
    ['data that is no text', 7, /no Pub\/Sub message with data/],
    ['data that is no base64', 'not base64!', /not base64 of UTF-8/],
    ['base64 that is cut off', base64(event).slice(0, -1), /not base64 of UTF-8/],
    ['data that is no UTF-8', Buffer.from([0xff, 0xfe, 0xfd]).toString('base64'), /not base64 of UTF-8/],
    ['data that is no JSON', base64('hello'), /not JSON/],
    ['JSON that is no event', base64([1]), /not a CloudEvent/],
    ['an event without a type', base64({ ...event, type: undefined }), /not a CloudEvent/],
    ['an event of another version of the specification', base64({ ...event, specversion: '0.3' }), /not a CloudEvent/],
    ['an event without an id', base64({ ...event, id: '' }), /not a CloudEvent/],
  ])('says what is wrong with %s', (_title, data, says) => {
    const decoded = decode(request(data));
    expect(decoded.kind).toBe('malformed');
    expect(decoded.kind === 'malformed' && decoded.says).toMatch(says);
  });
});

describe('decode', () => {
  test.each<[string, WireRequest]>([
    ['in structured mode', { headers: structured, body: event }],
    ['in structured mode with the plain type of JSON', { headers: json, body: event }],
    [
      'in binary mode',
      { headers: { ...binary(event.type), 'ce-id': event.id, 'ce-source': event.source }, body: event.data },
    ],
  ])('takes an event of our own %s, without a message around it', (_title, request) => {
    const { type, source, data } = event;
    expect(decode(request)).toEqual({ kind: 'event', type, id: 'notice-1', source, data });
  });

  test('takes an event that does not say where it comes from', () => {
    const { source: _, ...rest } = event;
    expect(decode({ headers: structured, body: rest })).toEqual({
      kind: 'event',
      type: event.type,
      id: 'notice-1',
      data: event.data,
    });
  });

  test("passes on Pub/Sub's count of deliveries", () => {
    const request = { headers: json, body: { ...push(base64(event)), deliveryAttempt: 3 } };
    expect(decode(request)).toMatchObject({ attempt: 3 });
  });

  test('passes on an event of another type as it is', () => {
    const request = { headers: binary('google.cloud.storage.object.v1.finalized'), body: { bucket: 'b' } };
    expect(decode(request)).toMatchObject({ kind: 'event', type: 'google.cloud.storage.object.v1.finalized' });
  });

  test.each<[string, WireRequest]>([
    ['no body', { headers: json }],
    ['an empty body', { headers: json, body: Buffer.alloc(0) }],
    ['an empty object', { headers: json, body: {} }],
    ['a list', { headers: json, body: [] }],
    ['null', { headers: json, body: null }],
    ['no JSON', { headers: json, body: '{' }],
    ['a message that is none', { headers: json, body: { message: 'hello', subscription: 's' } }],
    ['half of the headers of binary mode', { headers: { ...json, 'ce-type': published }, body: {} }],
    ['structured mode without an event', { headers: structured, body: push(base64(event)) }],
    ['structured mode with base64 of no JSON', { headers: structured, body: { ...about, data_base64: base64('x') } }],
  ])('says that a request with %s is malformed', (_title, request) => {
    expect(decode(request)).toMatchObject({
      kind: 'malformed',
      says: expect.stringMatching(/^The .*\.$|^There .*\.$/),
    });
  });

  test('never throws, whatever comes', () => {
    const headers = fc.dictionary(fc.constantFrom('content-type', 'ce-id', 'ce-type', 'ce-specversion'), fc.string());
    fc.assert(
      fc.property(headers, fc.oneof(fc.jsonValue(), fc.string(), fc.uint8Array()), (given, body) => {
        expect(['event', 'malformed']).toContain(decode({ headers: given, body }).kind);
      }),
    );
  });
});
