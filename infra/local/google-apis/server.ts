import { z } from 'zod';
import { serveJson, type JsonReply, type JsonRequest, type JsonServer } from '../http/json-server.ts';
import { switches, type Switches } from '../http/switches.ts';
import type { Permissions } from '../permissions.ts';

type ApiCall = 'projects' | 'folders' | 'project permissions' | 'topic permissions' | 'quotas' | 'query';
type ApiFault = '403' | '403 disabled' | '404' | '500' | 'hang' | 'not json' | 'not done';

/** How to start the stand-in; every field has a default. */
export interface GoogleApisOptions {
  readonly port?: number;
  readonly now?: () => number;
  /** What the caller may do; everything unless told otherwise. */
  readonly permissions?: Permissions;
  /** What a project has set itself, in MiBy by the unit of the limit, as `1/d/{project}`. */
  readonly quotas?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What lies below folders and organizations, by parent: `folders/1`. A name that begins so is a folder. */
  readonly below?: Readonly<Record<string, readonly (string | { readonly name: string; readonly state: string })[]>>;
  /** The rows that a query answers with; it is given the project, the statement and its parameters. */
  readonly rows?: (asked: Queried) => readonly (readonly string[])[];
}

/** A query as it arrived. */
interface Queried {
  readonly project: string;
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A running stand-in for what of Resource Manager, Pub/Sub's IAM, Service Usage and jobs.query the command line asks. */
export interface StandInGoogleApis extends Pick<JsonServer, 'url' | 'requests' | 'close'> {
  readonly faults: Switches<ApiCall, ApiFault>;
}

function error(code: number, message: string, reason?: string): JsonReply {
  const details =
    reason === undefined ? {} : { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }] };
  return { status: code, body: { error: { code, message, ...details } } };
}

const spoiled: Readonly<Record<ApiFault, () => JsonReply>> = {
  '403': () => error(403, 'The caller does not have permission'),
  '403 disabled': () =>
    error(403, 'The API has not been used in the project before or it is disabled.', 'SERVICE_DISABLED'),
  '404': () => error(404, 'Resource not found.'),
  '500': () => error(500, 'Internal error encountered.'),
  hang: () => 'never',
  'not json': () => ({ status: 200, body: '<html>not an API</html>' }),
  'not done': () => ({ status: 200, body: { kind: 'bigquery#queryResponse', jobComplete: false } }),
};

const tested = z.object({ permissions: z.array(z.string()) });
const query = z.object({
  query: z.string(),
  queryParameters: z.array(z.object({ name: z.string(), parameterValue: z.object({ value: z.string() }) })).default([]),
});

/** Pages of two, so that whoever asks has to follow the tokens. */
const perPage = 2;

const listBelow: Answer = ({ query: asked }, what, { below = {} }) => {
  const entries = (below[asked.get('parent') ?? ''] ?? [])
    .map((entry) => (typeof entry === 'string' ? { name: entry, state: 'ACTIVE' } : entry))
    .filter(({ name }) => name.startsWith('folders/') === (what === 'folders'))
    .map(({ name, state }) => (what === 'folders' ? { name, state } : { name: 'projects/1', projectId: name, state }));
  const from = Number(asked.get('pageToken') ?? 0);
  const next = from + perPage < entries.length ? { nextPageToken: String(from + perPage) } : {};
  return { ...(entries.length > 0 && { [what]: entries.slice(from, from + perPage) }), ...next };
};

type Answer = (request: JsonRequest, name: string, options: GoogleApisOptions) => unknown;

const testPermissions: Answer = ({ body }, resource, { permissions = { has: () => true } }) => ({
  permissions: tested.parse(JSON.parse(body)).permissions.filter((one) => permissions.has(one, resource)),
});

const limits: readonly (readonly [string, string])[] = [
  ['1/d/{project}', '209715200'],
  ['1/d/{project}/{user}', '9223372036854775807'],
];

/** The limits as the API shows them: an override stands in the bucket of its limit, and the default stays beside it. */
const listQuotas: Answer = (_, project, { quotas = {} }) => ({
  metrics: [
    { metric: 'bigquery.googleapis.com/quota/concurrent_queries', unit: '1', consumerQuotaLimits: [] },
    {
      metric: 'bigquery.googleapis.com/quota/query/usage',
      unit: 'MiBy',
      consumerQuotaLimits: limits.map(([unit, defaultLimit]) => {
        const overrideValue = quotas[project]?.[unit];
        const override = overrideValue === undefined ? {} : { consumerOverride: { overrideValue } };
        return { unit, quotaBuckets: [{ effectiveLimit: overrideValue ?? defaultLimit, defaultLimit, ...override }] };
      }),
    },
  ],
});

const runQuery: Answer = ({ body }, project, { rows = () => [] }) => {
  const { query: sql, queryParameters } = query.parse(JSON.parse(body));
  const parameters = Object.fromEntries(
    queryParameters.map(({ name, parameterValue }) => [name, parameterValue.value]),
  );
  const found = rows({ project, sql, parameters }).map((cells) => ({ f: cells.map((v) => ({ v })) }));
  return { kind: 'bigquery#queryResponse', jobComplete: true, totalRows: String(found.length), rows: found };
};

const routes: readonly (readonly [ApiCall, RegExp, Answer])[] = [
  ['projects', /^GET \/v3\/(projects)$/, listBelow],
  ['folders', /^GET \/v3\/(folders)$/, listBelow],
  ['project permissions', /^POST \/v1\/(projects\/[^/:]+):testIamPermissions$/, testPermissions],
  ['topic permissions', /^POST \/v1\/(projects\/[^/]+\/topics\/[^/:]+):testIamPermissions$/, testPermissions],
  [
    'quotas',
    /^GET \/v1beta1\/projects\/([^/]+)\/services\/bigquery\.googleapis\.com\/consumerQuotaMetrics$/,
    listQuotas,
  ],
  ['query', /^POST \/bigquery\/v2\/projects\/([^/]+)\/queries$/, runQuery],
];

/** Starts the stand-in on 127.0.0.1; rejects when the port is taken. */
export async function startGoogleApis(options: GoogleApisOptions = {}): Promise<StandInGoogleApis> {
  const faults = switches<ApiCall, ApiFault>();
  const server = await serveJson({ port: options.port ?? 0, now: options.now ?? Date.now }, (request) => {
    for (const [call, form, answer] of routes) {
      const [, name] = form.exec(`${request.method} ${request.path}`) ?? [];
      if (name === undefined) continue;
      const fault = faults.take(call);
      return fault === undefined ? { status: 200, body: answer(request, name, options) } : spoiled[fault]();
    }
    return error(404, `Nothing answers ${request.method} ${request.path}.`);
  });
  return { url: server.url, requests: server.requests, close: server.close, faults };
}
