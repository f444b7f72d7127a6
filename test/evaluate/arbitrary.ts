import fc from 'fast-check';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, hours, minutes, nowMs, tib, type WrittenPolicy, type WrittenRule } from '../make.ts';

// Synthetic: jobs and policies out of few values each, so that they meet often.

const own = 'jobwarden@ops.iam.gserviceaccount.com';

const anything = fc.record({
  target: fc.constantFrom('bigquery:finance-prod', 'bigquery:elsewhere'),
  project: fc.constant('finance-prod'),
  location: fc.constantFrom('US', undefined),
  id: fc.constantFrom('sheets_dataconnector_1', 'bquxjob_1a_2b', 'job-2', 'job-3'),
  state: fc.constant('pending' as const),
  createdAtMs: fc.constantFrom(nowMs - hours(8), nowMs - minutes(5)),
  startedAtMs: fc.constantFrom(nowMs - hours(7), nowMs - minutes(1), undefined),
  principal: fc.constantFrom('etl@prod.iam.gserviceaccount.com', own, undefined),
  principalKind: fc.constantFrom('serviceAccount' as const, undefined),
  jobType: fc.constantFrom('load', undefined),
  statementType: fc.constantFrom('MERGE', 'SCRIPT', null, undefined),
  priority: fc.constantFrom('batch' as const, null, undefined),
  labels: fc.constantFrom({ env: 'prod' }, { env: 'dev', jobwarden: 'keep' }, { dbt_invocation_id: 'a' }, undefined),
  reservation: fc.constantFrom('admin:EU.prod', 'admin:EU.bi', undefined),
  edition: fc.constantFrom('ENTERPRISE', undefined),
  continuous: fc.constantFrom(true, undefined),
  bytesProcessed: fc.constantFrom(0, tib(6), tib(60), undefined),
  bytesEstimated: fc.constantFrom(tib(6), undefined),
  slotMs: fc.constantFrom(0, hours(90), undefined),
  queryText: fc.constantFrom('SELECT 1', '-- Metabase:: userID: 1\nSELECT 1'),
});

/** Some of the keys of each thing that `all` makes. */
function some<Thing extends object>(all: fc.Arbitrary<Thing>, [least, most]: readonly [number, number]) {
  const keys = fc.sample(all, 1).flatMap((one) => Object.keys(one));
  const chosen = fc.uniqueArray(fc.constantFrom(...keys), { minLength: least, maxLength: most });
  return fc
    .tuple(all, chosen)
    .map(([thing, names]) => Object.fromEntries(Object.entries(thing).filter(([key]) => names.includes(key))));
}

/** A job that is seen whole: `aJob` of 31 minutes, a few of whose fields are others, unknown, or known to be absent. */
export const job: fc.Arbitrary<Job> = some(anything, [0, 5]).map((fields) => ({
  ...aJob({ runTimeMs: minutes(31) }),
  ...fields,
}));

/** What of a job may become unknown. */
export const fieldsOfJob =
  `location createdAtMs startedAtMs principal principalKind jobType statementType priority labels
  reservation edition continuous bytesProcessed bytesEstimated slotMs queryText`.split(/\s+/);

const fields = fc.record({
  project: fc.constantFrom('analytics-*', 'finance-*', '!finance-*'),
  location: fc.constantFrom('EU', '!EU', ['EU', 'US']),
  principal: fc.constantFrom('*@example.com', '!*@example.com', '@robots', '!@robots', own),
  principalKind: fc.constantFrom('person', '!person'),
  jobType: fc.constantFrom('query', ['query', 'load'], '!load'),
  statementType: fc.constantFrom('SELECT', ['SELECT', 'MERGE'], '!MERGE', '*'),
  priority: fc.constantFrom('batch', '!batch'),
  client: fc.constantFrom('dbt', '!dbt', 'metabase', '!metabase', 'console', '!connected-sheets'),
  jobId: fc.constantFrom('job-*', '!job-2'),
  reservation: fc.constantFrom('*', '!*/reservations/bi', '!admin:EU.prod'),
  billing: fc.constantFrom('on-demand', '!reserved'),
  continuous: fc.constantFrom(true, false, false, false),
  labels: fc.record({ env: fc.constantFrom('prod', '!prod', 'present', 'absent', ['present', '!prod']) }),
});

/** In one case of three the value, otherwise `nil`: cases in which everything is said at once are hardly ever cancelled. */
function sometimes<Value, Nil>(value: fc.Arbitrary<Value>, nil: Nil): fc.Arbitrary<Value | Nil> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(nil) }, { weight: 1, arbitrary: value });
}

const block = some(fields, [1, 2]);
const matchBlock = fc
  .tuple(block, sometimes(block, null))
  .map(([written, unless]) => (unless === null ? written : { ...written, unless }));

const match = fc.oneof(matchBlock, fc.array(matchBlock, { minLength: 1, maxLength: 2 }));
const limit = fc.constantFrom<WrittenRule['limit'][]>(
  { runTime: '30m' },
  { runTime: '25m' },
  { runTime: '20m' },
  { runTime: '6h' },
  { queueTime: '1h' },
  { runTime: '30m', bytesProcessed: '5 TiB' },
  { all: { runTime: '30m', bytesProcessed: '5 TiB' } },
  { slotHours: 0.5, costSoFar: '10 USD' },
  { all: { costSoFar: '10 USD', bytesEstimated: '1 TiB' } },
);

const freely = fc.record({
  match: sometimes(match, undefined),
  limit,
  warnAt: fc.option(limit, { nil: undefined, freq: 3 }),
  action: fc.constantFrom('cancel' as const, 'cancel' as const, 'warn' as const, 'record' as const),
  mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'observe' as const),
  grace: fc.constantFrom('none', 'none', 'none', '10m'),
  ifUnknown: fc.constantFrom('ignore' as const, 'ignore' as const, 'warn' as const),
  overrides: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant(['r1']) }),
});

/** One to four rules, called r0, r1 … */
const rules = fc.array(freely, { minLength: 1, maxLength: 4 }).map((all) =>
  all.map(({ grace, ...rule }, index) => ({
    ...rule,
    name: `r${index}`,
    limit: rule.limit ?? { runTime: '30m' },
    ...(rule.action === 'cancel' && { grace }),
  })),
);

const upTo = fc.option(limit, { nil: undefined });

export const exemption = fc.record({
  match,
  rules: fc.option(fc.constant(['r0']), { nil: undefined, freq: 2 }),
  expires: fc.constantFrom('2026-03-11', '2026-03-08', '2026-03-01'),
  afterExpiry: fc.constantFrom('warn' as const, 'cancel' as const),
  reason: fc.constant('close'),
  approvedBy: fc.constant('cfo@example.com'),
});
export const freeze = fc.record({
  name: fc.constant('close'),
  match: fc.option(match, { nil: undefined }),
  from: fc.constantFrom('2026-03-01', '2026-03-12'),
  to: fc.constant('2026-03-31'),
  reason: fc.constant('close'),
});
export const protection = fc.record({ principals: fc.constantFrom(['sam@*'], ['!sam@*'], ['@robots']), upTo });
const optOut = fc.record({
  label: fc.constant('jobwarden=keep'),
  allowedFor: fc.constant('*@example.com'),
  upTo: limit,
});

/** A policy as written, with breaker and budget so wide that no job depends on another. */
export const policy: fc.Arbitrary<WrittenPolicy> = fc
  .record({
    rules,
    exemptions: fc.array(exemption, { maxLength: 1 }),
    freezes: fc.array(freeze, { maxLength: 1 }),
    protect: sometimes(protection, {}),
    optOut: sometimes(optOut, undefined),
  })
  .map((written) => ({
    groups: { robots: ['*.iam.gserviceaccount.com'] },
    breaker: { maxCancels: 1000, maxShare: '100%' },
    budget: { perSweep: 1000 },
    ...written,
    optOut:
      written.optOut === undefined ? undefined : { ...written.optOut, upTo: written.optOut.upTo ?? { runTime: '4h' } },
  }));
