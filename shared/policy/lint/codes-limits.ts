/** Findings about numbers, grace and modes. */
export const aboutLimits = {
  'below-cadence': {
    severity: 'warning',
    means:
      'Jobwarden looks once a minute. A shorter time cannot be kept, and a job may be a minute past it before anybody looks. Often s was written where m was meant.',
    wrong: 'runTime: 30s',
    right: 'runTime: 30m',
  },
  'limit-zero': {
    severity: 'warning',
    means: 'Over means strictly greater, so 0 is passed by every job that has used anything at all.',
    wrong: 'costSoFar: 0 USD',
    right: 'costSoFar: 50 USD',
  },
  'limit-small': {
    severity: 'warning',
    means: 'Less than 1 GB is passed by nearly every query; often MB was written where GB or TB was meant.',
    wrong: 'bytesProcessed: 500 MB',
    right: 'bytesProcessed: 500 GB',
  },
  'limit-huge': {
    severity: 'warning',
    means:
      'No job gets that far: BigQuery ends queries itself after 6 hours (three attempts at most) and gives up waiting ones after a day; other numbers are beyond what a job can use. Often it is the wrong unit.',
    wrong: 'slotHours: 7200000',
    right: 'slotHours: 2',
  },
  'limit-impossible': {
    severity: 'warning',
    means:
      'Time in the queue counts while a job waits, everything else once it runs: both can never be passed together.',
    wrong: 'limit: { all: { queueTime: 1h, runTime: 1h } }',
    right: 'limit: { queueTime: 1h, runTime: 1h }',
  },
  'limit-never-known': {
    severity: 'warning',
    means:
      'The engine never tells this number for the jobs that are meant, or it is always 0 for them. Unknown never leads to anything, so this number never counts.',
    wrong: '{ billing: reserved, limit: { costEstimated: 50 USD } }',
    right: '{ billing: reserved, limit: { costSoFar: 50 USD } }',
  },
  'mixed-units': {
    severity: 'warning',
    means:
      'One rule has both decimal and binary sizes: 4 TB are 3.6 TiB, so that lines stand closer than they seem to.',
    wrong: '{ warnAt: { bytesProcessed: 4 TB }, limit: { bytesProcessed: 4 TiB } }',
    right: '{ warnAt: { bytesProcessed: 3 TiB }, limit: { bytesProcessed: 4 TiB } }',
  },
  'warn-not-before-limit': {
    severity: 'warning',
    means: 'The warning line is not below the limit, so the owner hears nothing before the limit has passed.',
    wrong: '{ warnAt: { runTime: 40m }, limit: { runTime: 30m } }',
    right: '{ warnAt: { runTime: 20m }, limit: { runTime: 30m } }',
  },
  'grace-too-long': {
    severity: 'warning',
    means:
      'The grace is longer than the run time that is allowed, so the real limit is more than twice the one written.',
    wrong: '{ limit: { runTime: 30m }, grace: 2h }',
    right: '{ limit: { runTime: 30m }, grace: 10m }',
  },
  'cancel-in-queue': {
    severity: 'warning',
    means:
      'A job that waits uses nothing, and as soon as it starts this limit no longer holds. BigQuery is not known to tell the statement of a waiting query either, and a cancel needs it.',
    wrong: '{ limit: { queueTime: 6h }, action: cancel }',
    right: '{ limit: { queueTime: 6h }, action: warn }',
  },
  'idle-key': {
    severity: 'warning',
    means: 'The key is understood and has no effect where it stands.',
    wrong: '{ action: record, warnAt: { runTime: 20m } }',
    right: '{ action: warn, warnAt: { runTime: 20m } }',
  },
  'enforce-capped': {
    severity: 'note',
    means:
      'A rule says enforce, and something above it is softer: the softest of deployment, policy, target and rule counts.',
    wrong: 'no mode: at the top, and a rule with mode: enforce',
    right: 'mode: enforce at the top and in the rule',
  },
  'nothing-enforced': {
    severity: 'note',
    means: 'The policy allows rules to act, and none of them does: every rule must say enforce for itself.',
  },
} as const;
