import { expect, it } from 'vitest';
import { auditEventSchema, caseId, jobEventNames, severities } from '../../shared/audit/event.ts';
import { jobEvent, type JobEventInput } from '../../shared/audit/job-event.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Outcome } from '../../shared/jobs/verdict.ts';
import { aJob, aVerdict, gib, hours, minutes, nowMs, seconds, tib } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.
const context = {
  source: '//jobwarden/test',
  sweepId: 'every-minute@2026-03-11T10:00:00Z',
  nowMs,
  policy: { sha256: 'ab'.repeat(32), where: 'policy.yaml' },
};

function anEvent(fields: Partial<JobEventInput> = {}) {
  const verdict = fields.verdict ?? aVerdict();
  return jobEvent({
    name: 'cancel.intended',
    verdict,
    case: caseId(verdict.job),
    sequence: 1,
    attempt: 1,
    context,
    ...fields,
  });
}

function ofJob(job: Partial<Job>, fields: Partial<JobEventInput> = {}) {
  return anEvent({ ...fields, verdict: aVerdict({ job: aJob(job) }) }).data;
}

it.each(jobEventNames)('makes %s a CloudEvent that its schema accepts without losing anything', (name) => {
  const event = JSON.parse(JSON.stringify(anEvent({ name })));
  expect(auditEventSchema.parse(event)).toEqual(event);
  expect(event).toMatchObject({
    specversion: '1.0',
    source: '//jobwarden/test',
    type: `dev.jobwarden.${name}.v1`,
    subject: 'bigquery:analytics-prod:EU.job-1',
    time: '2026-03-11T10:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: 1,
    correlationid: 'every-minute@2026-03-11T10:00:00Z',
    severity: severities[name],
  });
});

it('answers every question about a cancel that worked', () => {
  const job = aJob({
    runTimeMs: minutes(31),
    state: 'done',
    endedAtMs: nowMs + seconds(3),
    labels: { dbt_invocation_id: 'run-7', team: 'finance' },
    bytesProcessed: tib(2),
    slotMs: hours(5),
    queryText: "SELECT secret FROM t WHERE name = 'sam'",
    end: { how: 'stopped', reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' },
  });
  const verdict = aVerdict({
    job,
    owner: {
      name: 'sam@example.com',
      kind: 'person',
      foundBy: 'domain example.com',
      reach: { email: 'sam@example.com' },
    },
    measured: [
      { metric: 'runTime', value: minutes(31), threshold: minutes(30), over: true },
      { metric: 'costSoFar', threshold: 500, why: 'The region has no price.' },
    ],
    superseded: [{ rule: 'huge-scans', action: 'warn', because: 'has read 2 TiB, over the limit of 1 TiB' }],
  });
  const outcome: Outcome = {
    verdict,
    did: 'cancelled',
    why: 'The job is done, and its reason says that it was stopped.',
    job,
    cancelSentAtMs: nowMs + seconds(1),
    confirmedAtMs: nowMs + seconds(4),
  };
  const { data } = anEvent({ name: 'cancel.confirmed', verdict, outcome, costUsd: 12.5 });
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    job: {
      name: 'bigquery:analytics-prod:EU.job-1',
      engine: 'bigquery',
      target: 'bigquery:analytics-prod',
      project: 'analytics-prod',
      location: 'EU',
      id: 'job-1',
      state: 'done',
      redacted: false,
      createdAt: '2026-03-11T09:28:59.000Z',
      startedAt: '2026-03-11T09:29:00.000Z',
      endedAt: '2026-03-11T10:00:03.000Z',
      jobType: 'query',
      statementType: 'SELECT',
      priority: 'interactive',
      labels: { dbt_invocation_id: 'run-7', team: 'finance' },
      reservation: null,
      edition: null,
      continuous: false,
      bytesProcessed: tib(2),
      bytesEstimated: gib(2),
      slotMs: hours(5),
      parentId: null,
      queryHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    ranBy: {
      principal: 'sam@example.com',
      kind: 'person',
      client: 'dbt',
      clientPossible: [],
      clientHints: { invocation: 'run-7' },
    },
    owner: {
      name: 'sam@example.com',
      kind: 'person',
      foundBy: 'domain example.com',
      reach: { email: 'sam@example.com' },
    },
    rule: {
      name: 'long-queries',
      action: 'cancel',
      phase: 'limit',
      because: 'has run for 31 min, over the limit of 30 min',
      measured: [
        { metric: 'runTime', unit: 'ms', value: minutes(31), threshold: minutes(30), over: true },
        { metric: 'costSoFar', unit: 'USD', value: null, threshold: 500, over: null, why: 'The region has no price.' },
      ],
      superseded: [{ name: 'huge-scans', action: 'warn', because: 'has read 2 TiB, over the limit of 1 TiB' }],
    },
    attempt: 1,
    outcome: { did: 'cancelled', why: 'The job is done, and its reason says that it was stopped.' },
    heldBack: null,
    policy: { sha256: 'ab'.repeat(32), where: 'policy.yaml' },
    mode: { setting: 'enforce', policy: 'enforce', target: 'enforce', rule: 'enforce', effective: 'enforce' },
    when: {
      measuredAt: '2026-03-11T10:00:00.000Z',
      cancelSentAt: '2026-03-11T10:00:01.000Z',
      confirmedAt: '2026-03-11T10:00:04.000Z',
    },
    result: { how: 'stopped', reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' },
    spent: { runTimeMs: minutes(31) + seconds(3), slotHours: 5, bytesProcessed: tib(2), costUsd: 12.5 },
  });
});

it('never holds the statement', () => {
  const event = anEvent({ verdict: aVerdict({ job: aJob({ queryText: "SELECT 'very secret' FROM hidden_table" }) }) });
  expect(JSON.stringify(event)).not.toMatch(/very secret|hidden_table/);
});

it('says why a cancel was held back, also when only the second look held it back', () => {
  const heldBack = { by: 'breaker', why: '21 cancels were planned, more than 20.' } as const;
  const verdict = aVerdict({ heldBack });
  expect(anEvent({ name: 'cancel.held-back', verdict }).data.heldBack).toEqual(heldBack);
  const later = { by: 'look-again', why: 'It no longer breaks the rule.' } as const;
  const outcome: Outcome = { verdict: aVerdict({ heldBack: later }), did: 'held-back', why: later.why, job: aJob() };
  expect(anEvent({ name: 'cancel.held-back', outcome }).data.heldBack).toEqual(later);
});

it('tells of the job as it was seen last, under the rule as it was judged', () => {
  const end = { how: 'succeeded' } as const;
  const job = aJob({
    runTimeMs: minutes(31),
    state: 'done',
    endedAtMs: nowMs + seconds(2),
    bytesProcessed: tib(9),
    end,
  });
  const outcome: Outcome = { verdict: aVerdict(), did: 'finished-first', why: 'It was done before.', job };
  const { data } = anEvent({ name: 'cancel.finished-first', outcome });
  expect(data).toMatchObject({
    job: { state: 'done', bytesProcessed: tib(9) },
    rule: { measured: [{ value: minutes(31) }] },
    result: { how: 'succeeded' },
    spent: { runTimeMs: minutes(31) + seconds(2) },
  });
});

it('names all four parts of the mode and the one that counts', () => {
  const modes = { setting: 'enforce', policy: 'enforce', target: 'observe', rule: 'enforce' } as const;
  const { data } = anEvent({ name: 'cancel.would-have', verdict: aVerdict({ mode: 'observe', modes }) });
  expect(data.mode).toEqual({ ...modes, effective: 'observe' });
});

it('says when a warned job would be cancelled', () => {
  const verdict = aVerdict({ action: 'warn', phase: 'warnAt', cancelAtMs: nowMs + minutes(10) });
  expect(anEvent({ name: 'job.warned', verdict }).data.when.cancelAt).toBe('2026-03-11T10:10:00.000Z');
});

it('leaves out what is unknown and keeps null for what is known to be absent', () => {
  const { job } = ofJob({
    labels: undefined,
    reservation: null,
    edition: undefined,
    slotMs: undefined,
    priority: null,
  });
  const sent = JSON.parse(JSON.stringify(job));
  expect(sent).toMatchObject({ reservation: null, priority: null });
  expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(['labels']));
  expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(['edition']));
  expect(Object.keys(sent)).not.toEqual(expect.arrayContaining(['slotMs']));
});

it('gives a reason for every measured value that is unknown', () => {
  const measured = [{ metric: 'bytesProcessed', value: Number.NaN, threshold: 5 } as const];
  const [value] = anEvent({ verdict: aVerdict({ measured }) }).data.rule.measured;
  expect(value).toMatchObject({ value: null, over: null, why: 'The engine did not say.' });
});

it.each([
  ['a run time that would be negative', { startedAtMs: nowMs + 1 }, 'runTimeMs'],
  ['slot time that is not known', { slotMs: undefined }, 'slotHours'],
  ['bytes that are no number', { bytesProcessed: Number.NaN }, 'bytesProcessed'],
] as const)('says nothing of %s', (_what, job, key) => {
  expect(ofJob(job).spent[key]).toBeUndefined();
});

it('takes the cost that the verdict measured where no other is given', () => {
  const measured = [{ metric: 'costSoFar', value: 7.25, threshold: 5, over: true } as const];
  expect(anEvent({ verdict: aVerdict({ measured }) }).data.spent.costUsd).toBe(7.25);
});

it('keeps 64 labels of 63 characters and says what it left out', () => {
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label-${at}`, 'v'.repeat(500)]));
  const { job } = ofJob({ labels });
  expect(Object.keys(job.labels ?? {})).toHaveLength(64);
  expect(new Set(Object.values(job.labels ?? {}))).toEqual(new Set([`${'v'.repeat(62)}…`]));
  expect(job.labelsNote).toBe('9936 of 10000 labels were left out. 64 were cut to 63 characters.');
});

it('has no note about labels that it kept as they are', () => {
  expect(ofJob({ labels: { team: 'finance' } }).job.labelsNote).toBeUndefined();
});

const hostile: readonly [string, Partial<Job>][] = [
  ['ten thousand labels', { labels: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 'v'])) }],
  ['labels named like the insides of objects', { labels: JSON.parse('{"__proto__": "x", "constructor": "y"}') }],
  ['an id with odd characters', { id: '😀 \n\u0000\ud800"<script>\\' }],
  [
    'very long texts',
    { id: 'i'.repeat(1e6), principal: 'p'.repeat(1e6), destination: 'd'.repeat(1e6), jobType: 'x'.repeat(1e5) },
  ],
  ['half a character at the cut', { principal: `${'p'.repeat(298)}😀tail` }],
  ['times that are none', { createdAtMs: Number.NaN, startedAtMs: 9e15, endedAtMs: Number.POSITIVE_INFINITY }],
  [
    'sizes that are none',
    { bytesProcessed: -1, bytesEstimated: Number.NaN, slotMs: Number.POSITIVE_INFINITY, children: 1.5 },
  ],
  ['hundreds of doubts', { doubts: Array.from({ length: 500 }, () => 'd'.repeat(5000)) }],
  [
    'nothing but a reference',
    { redacted: true, principal: undefined, labels: undefined, createdAtMs: undefined, startedAtMs: undefined },
  ],
  ['an end with a long message', { end: { how: 'failed', reason: 'r'.repeat(1e5), message: 'm'.repeat(1e6) } }],
];

it.each(hostile)('makes a valid event of at most 64 KiB of a job with %s', (_what, fields) => {
  const event = anEvent({ verdict: aVerdict({ job: aJob(fields), because: 'b'.repeat(1e6), rule: 'r'.repeat(1e4) }) });
  const text = JSON.stringify(event);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
  // JSON writes half a character as an escape of its own.
  expect(text).not.toMatch(/\\ud[89a-f]/i);
  expect(auditEventSchema.parse(JSON.parse(text))).toEqual(JSON.parse(text));
});

it('gives the same record for the same input', () => {
  expect(anEvent()).toEqual(anEvent());
});

it('builds the id from case, event, rule and attempt', () => {
  const event = anEvent({ attempt: 3 });
  expect(event.id).toBe(`${event.case}.cancel.intended.long-queries.3`);
});

it.each<[string, Partial<JobEventInput>]>([
  ['another event', { name: 'cancel.confirmed' }],
  ['another rule', { verdict: aVerdict({ rule: 'huge-scans' }) }],
  ['a rule whose name looks like two parts', { verdict: aVerdict({ rule: 'long-queries.1' }) }],
  ['the warning line before the limit', { verdict: aVerdict({ phase: 'warnAt' }) }],
  ['another attempt', { attempt: 2 }],
  ['another case', { case: '0'.repeat(20) }],
])('gives another id to %s', (_what, fields) => {
  expect(anEvent(fields).id).not.toBe(anEvent().id);
});

it('keeps rules apart whose names differ only in odd characters', () => {
  const names = ['a b', 'a-b', 'a.b', 'a/b', 'a b ', 'ä b', `${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`];
  const ids = names.map((rule) => anEvent({ verdict: aVerdict({ rule }) }).id);
  expect(new Set(ids).size).toBe(names.length);
  for (const id of ids) expect(id).toMatch(/^[\w.-]{1,150}$/);
});

it('names a case by the run of the job, not by what changes while it runs', () => {
  const job = aJob();
  expect(caseId(job)).toMatch(/^[0-9a-f]{20}$/);
  expect(caseId({ ...job, state: 'done', target: 'bigquery:other', bytesProcessed: 1 })).toBe(caseId(job));
  for (const other of [{ id: 'job-2' }, { location: 'US' }, { project: 'p' }, { createdAtMs: 1 }]) {
    expect(caseId({ ...job, ...other })).not.toBe(caseId(job));
  }
});
