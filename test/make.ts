import { parse } from 'yaml';
import type { z } from 'zod';
import { compile, type Compiled, type Deployment } from '../shared/evaluate/compile.ts';
import { costsOf } from '../shared/evaluate/cost.ts';
import type { Job } from '../shared/jobs/job.ts';
import type { Verdict } from '../shared/jobs/verdict.ts';
import type { Fixed } from '../shared/policy/entry.ts';
import { policySchema, type Policy } from '../shared/policy/schema.ts';

// Synthetic: no such project, person, job or policy exists.

export const seconds = (count: number) => count * 1000;
export const minutes = (count: number) => seconds(count) * 60;
export const hours = (count: number) => minutes(count) * 60;
export const gib = (count: number) => count * 1024 ** 3;
export const tib = (count: number) => count * 1024 ** 4;

/** The moment of every test that names no other: a Wednesday morning, 10:00 UTC. */
export const nowMs = Date.parse('2026-03-11T10:00:00Z');

/** Fields of a job; `runTimeMs` counts back from `nowMs`, `queueTimeMs` makes it a job that still waits. */
export type JobFields = Partial<Job> & { readonly runTimeMs?: number; readonly queueTimeMs?: number };

/** A person's SELECT, on demand in the EU, seen whole, running for 5 minutes. A field given as undefined is unknown. */
export function aJob({ runTimeMs = minutes(5), queueTimeMs, ...fields }: JobFields = {}): Job {
  const waits: Partial<Job> =
    queueTimeMs === undefined ? {} : { state: 'pending', createdAtMs: nowMs - queueTimeMs, startedAtMs: undefined };
  return {
    engine: 'bigquery',
    target: 'bigquery:analytics-prod',
    project: 'analytics-prod',
    location: 'EU',
    id: 'job-1',
    state: 'running',
    redacted: false,
    createdAtMs: nowMs - runTimeMs - seconds(1),
    startedAtMs: nowMs - runTimeMs,
    principal: 'sam@example.com',
    principalKind: 'person',
    jobType: 'query',
    statementType: 'SELECT',
    priority: 'interactive',
    labels: {},
    reservation: null,
    edition: null,
    continuous: false,
    bytesProcessed: gib(1),
    bytesEstimated: gib(2),
    slotMs: hours(1),
    parentId: null,
    ...waits,
    ...fields,
  };
}

/** A policy or a rule as it is written in the file. */
export type WrittenPolicy = Partial<Fixed<z.input<typeof policySchema>>>;
export type WrittenRule = Partial<NonNullable<WrittenPolicy['rules']>[number]>;

/** A rule as written: cancels, with no grace and in force, what runs for more than 30 minutes. */
export function aRule(written: WrittenRule = {}) {
  const cancels = (written.action ?? 'cancel') === 'cancel';
  return {
    name: 'long-queries',
    limit: { runTime: '30m' },
    action: 'cancel' as const,
    mode: 'enforce' as const,
    ...(cancels && { grace: 'none' }),
    ...written,
  };
}

/** A policy through the real schema, from what is written as an object or as YAML. It enforces `aRule` in two projects. */
export function aPolicy(written: WrittenPolicy | string = {}): Policy {
  const given: unknown = typeof written === 'string' ? parse(written) : written;
  return policySchema.parse({
    version: 1,
    mode: 'enforce',
    targets: [{ engine: 'bigquery', projects: ['analytics-prod', 'finance-prod'] }],
    rules: [aRule()],
    ...Object(given),
  });
}

/** A deployment that enforces, with the built-in prices. */
export function aDeployment(fields: Partial<Deployment> = {}): Deployment {
  return {
    setting: 'enforce',
    ownPrincipal: 'jobwarden@ops.iam.gserviceaccount.com',
    costs: costsOf(aPolicy().prices),
    ...fields,
  };
}

/** A policy made ready, with its own prices. */
export function compiled(written: WrittenPolicy | string = {}, deployment: Partial<Deployment> = {}): Compiled {
  const policy = aPolicy(written);
  return compile(policy, aDeployment({ costs: costsOf(policy.prices), ...deployment }));
}

/** A cancel of `aJob()` by `aRule()`, in force, held back by nothing. */
export function aVerdict(fields: Partial<Verdict> = {}): Verdict {
  const job = fields.job ?? aJob({ runTimeMs: minutes(31) });
  return {
    job,
    rule: 'long-queries',
    action: 'cancel',
    phase: 'limit',
    mode: 'enforce',
    modes: { setting: 'enforce', policy: 'enforce', target: 'enforce', rule: 'enforce' },
    because: 'has run for 31 min, over the limit of 30 min',
    measured: [{ metric: 'runTime', value: minutes(31), threshold: minutes(30), over: true }],
    superseded: [],
    ...fields,
  };
}
