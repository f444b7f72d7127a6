import { projectNames } from './names.ts';

// Synthetic. What a policy of a company has in it, in ten rules; nothing the bench lists breaks one but the job that runs
// away.

const rules = [
  {
    name: 'forgotten',
    match: { principal: '*@example.com' },
    limit: { runTime: '6h' },
    action: 'cancel',
    grace: '10m',
  },
  { name: 'long-dev', match: { labels: { env: 'dev' } }, limit: { runTime: '2h' }, action: 'cancel', grace: 'none' },
  { name: 'long-etl', match: { principal: 'etl-*' }, limit: { runTime: '12h' }, action: 'warn' },
  { name: 'any-day', limit: { runTime: '24h' }, action: 'warn' },
  { name: 'huge-scans', match: { principalKind: 'person' }, limit: { bytesEstimated: '900 TB' }, action: 'warn' },
  { name: 'read-much', limit: { bytesProcessed: '900 TB' }, action: 'warn' },
  { name: 'slots', match: { labels: { team: ['core', 'risk'] } }, limit: { slotHours: 90_000 }, action: 'record' },
  { name: 'slots-dbt', match: { client: 'dbt' }, limit: { slotHours: 120_000 }, action: 'record' },
  { name: 'stuck', match: { jobType: ['query', 'load'] }, limit: { queueTime: '3h' }, action: 'warn' },
  { name: 'costly', limit: { costSoFar: '9000 USD' }, action: 'record' },
];

/** The text of a policy for so many projects. */
export function policyText(projects: number): string {
  return JSON.stringify({
    version: 1,
    mode: 'observe',
    operators: { slack: '#bench' },
    targets: [{ engine: 'bigquery', projects: projectNames(projects) }],
    rules,
    owners: { labels: ['team'], domains: ['example.com'], fallback: { slack: '#bench' } },
  });
}

const hours = (count: number): number => count * 3_600_000;

/** What a script has in the place of a policy: one job as the client gives it, and whether it is one too many. */
export function plainCheck(metadata: unknown, nowMs: number): boolean {
  const { statistics = {}, user_email: email = '', configuration = {} }: PlainJob = Object(metadata);
  const ranMs = nowMs - Number(statistics.startTime ?? nowMs);
  if (ranMs > hours(24)) return true;
  if (ranMs > hours(6) && email.endsWith('@example.com')) return true;
  if (ranMs > hours(2) && configuration.labels?.['env'] === 'dev') return true;
  return (
    Number(statistics.totalBytesProcessed ?? 0) > 900e12 || Number(statistics.totalSlotMs ?? 0) > 90_000 * hours(1)
  );
}

interface PlainJob {
  readonly statistics?: {
    readonly startTime?: string;
    readonly totalBytesProcessed?: string;
    readonly totalSlotMs?: string;
  };
  readonly user_email?: string;
  readonly configuration?: { readonly labels?: Readonly<Record<string, string>> };
}
