import { expect, test } from 'vitest';
import { aJob, hours, minutes, type JobFields, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';

// Synthetic: no such project, person, job or policy exists.

const keep = (id: string, fields: JobFields = {}) =>
  aJob({ id, runTimeMs: hours(1), labels: { jobwarden: 'keep' }, ...fields });
const policy = (perOwnerPerDay: number): WrittenPolicy => ({
  optOut: { label: 'jobwarden=keep', allowedFor: ['*@example.com'], upTo: { runTime: '9d' }, perOwnerPerDay },
  breaker: { maxShare: '100%' },
});

test('an owner keeps so many jobs a day by a label; the next one is cancelled, and the kept ones go on', async () => {
  const world = aWorld({ jobs: [keep('first')], policy: policy(1) });
  await world.sweep();
  world.engine.put({ job: keep('second') });
  world.engine.put({ job: keep('of-kim', { principal: 'kim@example.com' }) });
  await world.sweepAgain();
  await world.sweepAgain();
  expect(world.cancelled()).toEqual(['second']);
});

test('jobs that are seen at once are all kept, and stay so: nobody could say which of them was meant', async () => {
  const world = aWorld({ jobs: [keep('a'), keep('b')], policy: policy(1) });
  await world.sweep();
  await world.sweepAgain();
  await world.sweepAgain(minutes(3));
  expect(world.cancelled()).toEqual([]);
});

test('after 24 hours the owner may keep another one', async () => {
  const world = aWorld({ jobs: [keep('first')], policy: policy(1) });
  await world.sweep();
  world.engine.finish('first');
  await world.sweepAgain(hours(25));
  world.engine.put({ job: keep('second') });
  await world.sweepAgain();
  await world.sweepAgain();
  expect(world.cancelled()).toEqual([]);
});

test('nobody may keep a job where the number is 0', async () => {
  const world = aWorld({ jobs: [keep('first')], policy: policy(0) });
  await world.sweep();
  expect(world.cancelled()).toEqual(['first']);
});
