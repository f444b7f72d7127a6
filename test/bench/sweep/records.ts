import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../infra/local/bigquery/json.ts';
import type { Random } from '../random.ts';

// Synthetic: no such project, person, table or job exists. The records have the fields that `jobs.list` shows of a running
// query; plans and timelines, which would make them many times as large, are left out in favour of the peers.

const columns = ['order_id', 'customer_id', 'country', 'created_at', 'amount_eur', 'is_test', 'channel', 'device'];
const tables = ['orders', 'customers', 'events', 'sessions', 'shipments', 'refunds', 'campaigns', 'prices'];
const functionsOfSql = ['SUM', 'AVG', 'MAX', 'COUNT', 'APPROX_COUNT_DISTINCT', 'ANY_VALUE'];
const teams = ['core', 'growth', 'finance', 'risk', 'search', 'mobile'] as const;

const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join('');

function clause(random: Random): string {
  const column = () => `${columns[random.below(columns.length)]}_${random.below(200)}`;
  const table = () =>
    `\`bench-warehouse.${tables[random.below(tables.length)]}_${random.below(90)}.v${random.below(9)}\``;
  const forms = [
    () => `  ${functionsOfSql[random.below(functionsOfSql.length)]}(t${random.below(9)}.${column()}) AS ${column()},\n`,
    () => `  CASE WHEN ${column()} > ${random.below(100_000)} THEN '${hex(random, 6)}' ELSE ${column()} END,\n`,
    () => `FROM ${table()} AS t${random.below(9)}\nLEFT JOIN ${table()} USING (${column()})\n`,
    () =>
      `WHERE DATE(${column()}) >= DATE '2026-0${1 + random.below(9)}-1${random.below(10)}' AND ${column()} IS NOT NULL\n`,
    () => `GROUP BY ${column()}, ${column()}\nUNION ALL SELECT ${column()}, ${column()},\n`,
    () => `  -- ${column()} as agreed with team ${teams[random.below(teams.length)]}, ${hex(random, 4)}\n`,
  ];
  return (forms[random.below(forms.length)] ?? (() => ''))();
}

/** Much text of statements, of which each query has a piece: 2 to 20 kB, and every fiftieth 200 kB. It packs to a sixth. */
export function statements(random: Random): (index: number) => string {
  let pool = '';
  while (pool.length < 1_000_000) pool += clause(random);
  return (index) => {
    const length = index % 50 === 49 ? 200_000 : Math.round(2000 * 10 ** random.next());
    const start = random.below(pool.length - length);
    return `SELECT ${pool.slice(start, start + length)}`;
  };
}

function emailOf(random: Random): string {
  return random.chance(0.6)
    ? `person${random.below(1500)}@example.com`
    : `etl-${random.below(500)}@team-${random.pick(teams)}.iam.gserviceaccount.com`;
}

function identityOf(email: string): JsonObject {
  const kind = email.endsWith('example.com') ? 'user' : 'serviceAccount';
  return { user_email: email, principal_subject: `${kind}:${email}` };
}

function labelsOf(random: Random): JsonObject {
  return {
    team: random.pick(teams),
    ...(random.chance(0.8) && { env: random.pick(['prod', 'dev', 'stage']) }),
    ...(random.chance(0.3) && { dbt_invocation_id: `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 12)}` }),
  };
}

/** A table of a day, or the anonymous one of a result, which stands in a dataset that its owner has for all of them. */
function destinationOf(random: Random, project: string, email: string): JsonObject {
  const day = `2026030${1 + random.below(9)}`;
  if (random.chance(0.3))
    return { projectId: project, datasetId: `marts_${random.pick(teams)}`, tableId: `orders_${day}` };
  const owner = createHash('sha1').update(email).digest('hex');
  return { projectId: project, datasetId: `_${owner}`, tableId: `anon${hex(random, 40)}` };
}

function configurationOf(random: Random, destinationTable: JsonObject, text: string): JsonObject {
  const query = {
    query: text,
    destinationTable,
    createDisposition: 'CREATE_IF_NEEDED',
    writeDisposition: 'WRITE_TRUNCATE',
    priority: random.chance(0.7) ? 'INTERACTIVE' : 'BATCH',
    useLegacySql: false,
  };
  return { query, jobTimeoutMs: '21600000', labels: labelsOf(random), jobType: 'QUERY' };
}

function statisticsOf(random: Random, startedAtMs: number): JsonObject {
  const bytes = String(Math.round(random.logNormal(4e9, 2)));
  return {
    creationTime: String(startedAtMs - 800 - random.below(4000)),
    startTime: String(startedAtMs),
    totalBytesProcessed: bytes,
    totalSlotMs: String(Math.round(random.logNormal(60_000, 1.5))),
    query: { totalBytesProcessed: bytes, estimatedBytesProcessed: bytes, statementType: 'SELECT' },
    ...(random.chance(0.4) && { reservation_id: 'bench-admin:EU.default', edition: 'ENTERPRISE' }),
  };
}

/** One running query as an item of `jobs.list` with the full projection. */
export function recordOf(
  random: Random,
  { project, startedAtMs, text }: { readonly project: string; readonly startedAtMs: number; readonly text: string },
): JsonObject {
  const jobId = `job_${hex(random, 32)}`;
  const email = emailOf(random);
  return {
    kind: 'bigquery#job',
    id: `${project}:EU.${jobId}`,
    jobReference: { projectId: project, jobId, location: 'EU' },
    state: 'RUNNING',
    statistics: statisticsOf(random, startedAtMs),
    configuration: configurationOf(random, destinationOf(random, project, email), text),
    status: { state: 'RUNNING' },
    ...identityOf(email),
  };
}
