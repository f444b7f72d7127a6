import { OAuth2Client } from 'google-auth-library';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { serveJson, type JsonReply, type JsonRequest } from '../../../infra/local/http/json-server.ts';
import { EngineError } from '../../../shared/engines/engine.ts';
import { bigQuery } from '../../../shared/engines/bigquery.ts';
import { aBudget } from '../../contracts/engine.ts';

// All accounts, tokens and projects here are synthetic.
const identity = 'shard-2@ops.iam.gserviceaccount.com';
const target = { engine: 'bigquery', name: 'bigquery:p', project: 'p' } as const;

function own(): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'token-of-watch', expiry_date: Date.now() + 3_600_000 });
  return client;
}

const expireTime = new Date(Date.now() + 3_600_000).toISOString();
const given: JsonReply = { status: 200, body: { accessToken: 'token-of-shard-2', expireTime } };

/** BigQuery, and the service that gives tokens of other accounts, at one address. */
async function services(answer: JsonReply = given) {
  // The library warns about credentials that strangers have made.
  const warned = vi.spyOn(console, 'warn').mockReturnValue();
  onTestFinished(() => warned.mockRestore());
  const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
  const reply = ({ path, headers }: JsonRequest): JsonReply => {
    asked.push({ path, authorization: headers.authorization });
    return path.endsWith(':generateAccessToken') ? answer : { status: 200, body: {} };
  };
  const server = await serveJson({ port: 0, now: Date.now }, reply);
  onTestFinished(() => server.close());
  const engine = bigQuery({ endpoint: server.url, authClient: own(), identity, now: Date.now, random: () => 0 });
  const list = async () => {
    const pages = [];
    for await (const page of engine.source.list(target, aBudget())) pages.push(page);
    return pages;
  };
  return { asked, list };
}

describe('calls as another service account', () => {
  it('carry its token, which is asked for once with the own one', async () => {
    const { asked, list } = await services();
    await list();
    await list();
    expect(asked.map(({ path, authorization }) => [path.split('?')[0], authorization])).toEqual([
      [`/v1/projects/-/serviceAccounts/${identity}:generateAccessToken`, 'Bearer token-of-watch'],
      ['/bigquery/v2/projects/p/jobs', 'Bearer token-of-shard-2'],
      ['/bigquery/v2/projects/p/jobs', 'Bearer token-of-shard-2'],
    ]);
  });

  it('are not made with the own token where the other one is refused', async () => {
    const message = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource";
    const { asked, list } = await services({
      status: 403,
      body: { error: { code: 403, status: 'PERMISSION_DENIED', message } },
    });
    const error: unknown = await list().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(EngineError);
    expect(asked.filter(({ path }) => path.startsWith('/bigquery'))).toEqual([]);
  });
});
