import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { authorizationOf, canonicalRequest, sdkDate, strictlyEncoded } from '../../../shared/engines/dli/sign.ts';
import { sample, samples, samplesAreHere } from '../samples.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const published = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  exampleAk: z.string(),
  exampleSk: z.string(),
  canonicalRequestSha256: z.string(),
  authorization: z.string(),
});

/** Synthetic. */
const request = {
  method: 'GET',
  url: 'https://dli.example.com/v1.0/p/jobs?b=2&a=x%20y',
  headers: { Host: 'dli.example.com', 'X-Sdk-Date': '20260311T100000Z' },
};

describe.runIf(samplesAreHere)(`the signature of ${samples}`, () => {
  it("is the vendor's own, to the last character", () => {
    const vector = published.parse(sample('huawei-aksk-test-vector'));
    expect(sha256(canonicalRequest(vector))).toBe(vector.canonicalRequestSha256);
    const key = { accessKey: vector.exampleAk, secretKey: vector.exampleSk };
    expect(authorizationOf(vector, key)).toBe(vector.authorization);
  });
});

describe('the canonical request', () => {
  it('has a slash at the end of the path, a sorted query, sorted headers in small letters, and the hash of the body', () => {
    expect(canonicalRequest(request).split('\n')).toEqual([
      'GET',
      '/v1.0/p/jobs/',
      'a=x%20y&b=2',
      'host:dli.example.com',
      'x-sdk-date:20260311T100000Z',
      '',
      'host;x-sdk-date',
      sha256(''),
    ]);
  });

  it.each([
    ['/a%2Fb/c', '/a%2Fb/c/'],
    ['/a%20b', '/a%20b/'],
    ["/it's(1)*!", '/it%27s%281%29%2A%21/'],
    ['/', '/'],
    ['/jobs/', '/jobs/'],
  ])('writes the path %s as %s', (path, canonical) => {
    const url = `https://dli.example.com${path}`;
    expect(canonicalRequest({ ...request, url }).split('\n')[1]).toBe(canonical);
  });

  it.each([
    ['?tags=k1%3Dv1%2Ck2%3Dv2', 'tags=k1%3Dv1%2Ck2%3Dv2'],
    ['?b=1&a=2&a=1', 'a=1&a=2&b=1'],
    ['?empty', 'empty='],
    ['?x=a%3Db=c', 'x=a%3Db%3Dc'],
    ['', ''],
  ])('writes the query %s as %s', (query, canonical) => {
    const url = `https://dli.example.com/v1${query}`;
    expect(canonicalRequest({ ...request, url }).split('\n')[2]).toBe(canonical);
  });

  it('hashes the body', () => {
    expect(canonicalRequest({ ...request, body: '{}' }).endsWith(sha256('{}'))).toBe(true);
  });
});

describe('the parts of a signature', () => {
  it('writes the date without separators', () => {
    expect(sdkDate(Date.parse('2019-11-15T03:36:55.999Z'))).toBe('20191115T033655Z');
  });

  it('encodes a space as %20 and everything that is reserved', () => {
    expect(strictlyEncoded("a b+c!'()*~-._")).toBe('a%20b%2Bc%21%27%28%29%2A~-._');
  });

  it('signs a security token along with the rest', () => {
    const headers = { ...request.headers, 'X-Security-Token': 'temporary' };
    const key = { accessKey: 'ak', secretKey: 'sk' };
    expect(authorizationOf({ ...request, headers }, key)).toContain('SignedHeaders=host;x-sdk-date;x-security-token,');
  });

  it.each([
    ['method', { ...request, method: 'DELETE' }],
    ['path', { ...request, url: request.url.replace('/jobs', '/other') }],
    ['query', { ...request, url: `${request.url}&c=3` }],
    ['body', { ...request, body: '{}' }],
    ['date', { ...request, headers: { ...request.headers, 'X-Sdk-Date': '20260311T100001Z' } }],
  ])('gives another signature for another %s', (_, other) => {
    const key = { accessKey: 'ak', secretKey: 'sk' };
    expect(authorizationOf(other, key)).not.toBe(authorizationOf(request, key));
  });
});
