// All buckets here are made up.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../shared/jobs/problem.ts';
import { isCloudAddress, readAddress, readBucket } from '../../shared/objects/address.ts';

describe('an address of an object', () => {
  const right: readonly [string, string, string][] = [
    ['gs://policies/policy.yaml', 'policies', 'policy.yaml'],
    ['gs://my_bucket.example.com/a/b c/ü.yaml', 'my_bucket.example.com', 'a/b c/ü.yaml'],
    ['gs://b-1/a//b', 'b-1', 'a//b'],
    ['gs://bucket/a?b', 'bucket', 'a?b'],
    ['gs://bucket/a#b', 'bucket', 'a#b'],
  ];
  it.each(right)('%s', (text, bucket, name) => {
    expect(readAddress(text, 'JOBWARDEN_POLICY')).toEqual({ bucket, name });
  });

  const wrong: readonly [string, readonly (readonly [says: RegExp, tryThis: string])[]][] = [
    ['', [[/does not begin with gs:\/\//, 'gs://your-bucket/policy.yaml']]],
    ['policy.yaml', [[/does not begin with gs:\/\//, 'gs://your-bucket/policy.yaml']]],
    ['gs:/bucket/policy.yaml', [[/does not begin/, 'gs://bucket/policy.yaml']]],
    ['GS://bucket/policy.yaml', [[/does not begin/, 'gs://bucket/policy.yaml']]],
    [' gs://bucket/policy.yaml', [[/does not begin/, 'gs://bucket/policy.yaml']]],
    ['https://storage.googleapis.com/bucket/policy.yaml', [[/it is a link/, 'gs://bucket/policy.yaml']]],
    ['https://storage.cloud.google.com/bucket/a/p.yaml?x=1', [[/it is a link/, 'gs://bucket/a/p.yaml']]],
    [
      'https://console.cloud.google.com/storage/browser/_details/bucket/p.yaml;tab=live_object',
      [[/it is a link/, 'gs://bucket/p.yaml']],
    ],
    ['gs://bucket', [[/name of the object is missing/, 'gs://your-bucket/policy.yaml']]],
    ['gs://bucket/', [[/name of the object is missing/, 'gs://your-bucket/policy.yaml']]],
    ['gs://bucket/folder/', [[/names a folder/, 'gs://your-bucket/folder/policy.yaml']]],
    ['gs://bucket/p.yaml#1700000000000000', [[/names one generation/, 'gs://your-bucket/p.yaml']]],
    ['gs://bucket/a/../p.yaml', [[/a part of it is "." or ".."/, 'gs://your-bucket/policy.yaml']]],
    ['gs://My-Bucket/p.yaml', [[/no bucket can be called "My-Bucket"/, 'gs://my-bucket/policy.yaml']]],
    ['gs://bu/p.yaml', [[/no bucket can be called "bu"/, 'gs://your-bucket/policy.yaml']]],
    ['gs://-bucket/p.yaml', [[/no bucket/, 'gs://your-bucket/policy.yaml']]],
    ['gs://bucket-/p.yaml', [[/no bucket/, 'gs://your-bucket/policy.yaml']]],
    ['gs://a..b/p.yaml', [[/no bucket/, 'gs://your-bucket/policy.yaml']]],
    ['gs://192.168.5.4/p.yaml', [[/no bucket/, 'gs://your-bucket/policy.yaml']]],
    [`gs://${'x'.repeat(64)}/p.yaml`, [[/no bucket/, 'gs://your-bucket/policy.yaml']]],
    ['gs:///p.yaml', [[/the bucket is missing/, 'gs://your-bucket/policy.yaml']]],
    [
      'gs://Bad_Bucket!/',
      [
        [/no bucket can be called "Bad_Bucket!"/, 'gs://your-bucket/policy.yaml'],
        [/name of the object is missing/, 'gs://your-bucket/policy.yaml'],
      ],
    ],
  ];
  it.each(wrong)('is refused with every problem, and what to write instead: %s', (text, expected) => {
    const read = readAddress(text, 'JOBWARDEN_POLICY');
    const problems: readonly Problem[] = 'bucket' in read ? [] : read;
    expect(problems).toHaveLength(expected.length);
    for (const [index, [says, tryThis]] of expected.entries()) {
      expect(problems[index]).toMatchObject({
        code: 'object-address',
        severity: 'error',
        where: 'JOBWARDEN_POLICY',
        text,
      });
      expect(problems[index]?.says).toMatch(says);
      expect(problems[index]?.try).toBe(`Write it like ${tryThis}.`);
    }
  });

  it('is told from a path', () => {
    const told = ['gs://b/o', 'gs:/b', ' GS://x', 'gs/policy.yaml', './gs:x', 'policy.yaml', '/etc/p.yaml'].map(
      isCloudAddress,
    );
    expect(told).toEqual([true, true, true, false, false, false, false]);
  });
});

describe('an address of a bucket', () => {
  it.each(['gs://state', 'gs://state/'])('%s', (text) => {
    expect(readBucket(text, 'JOBWARDEN_STATE')).toEqual({ bucket: 'state' });
  });

  it.each([
    ['gs://state/folder', /names an object/, 'gs://state'],
    ['gs://', /the bucket is missing/, 'gs://your-bucket'],
    ['gs://State', /no bucket can be called/, 'gs://state'],
    ['state', /does not begin with gs/, 'gs://your-bucket'],
  ])('is refused: %s', (text, says, tryThis) => {
    const [problem] = [readBucket(text, 'JOBWARDEN_STATE')].flat();
    expect(problem).toMatchObject({
      where: 'JOBWARDEN_STATE',
      says: expect.stringMatching(says),
      try: `Write it like ${tryThis}.`,
    });
  });
});
