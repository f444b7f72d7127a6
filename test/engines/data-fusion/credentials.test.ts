import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDataFusion, type StandInDataFusion } from '../../../infra/local/data-fusion/server.ts';
import { dataFusion } from '../../../shared/engines/data-fusion.ts';
import { connect } from '../../../shared/engines/data-fusion/connection.ts';
import { googleCredentials } from '../../../shared/engines/data-fusion/credentials.ts';
import { aBudget } from '../../contracts/engine.ts';

// Synthetic: the metadata server is the stand-in's, and so are its tokens.

const before = { ...process.env };
let service: StandInDataFusion;

beforeEach(async () => {
  service = await startDataFusion({ asksForToken: true });
  service.addInstance({ project: 'p', location: 'eu', id: 'etl' });
  process.env['GCE_METADATA_HOST'] = service.url.replace('http://', '');
  process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
  process.env['HOME'] = '/nonexistent';
  delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
});
afterEach(async () => {
  process.env = { ...before };
  await service.close();
});

const target = { engine: 'data-fusion', name: 'data-fusion:p/eu', project: 'p' } as const;

async function listed(options: Partial<Parameters<typeof dataFusion>[0]>): Promise<number> {
  let pages = 0;
  const { source } = dataFusion({ endpoint: service.url, now: Date.now, random: () => 0, ...options });
  for await (const _ of source.list(target, aBudget())) pages += 1;
  return pages;
}

const tokenRequests = () => service.requests.filter((one) => one.includes('/token')).length;

describe('the credentials of the environment', () => {
  it('come from the metadata server, once', async () => {
    const credentials = googleCredentials();
    expect(await listed({ credentials })).toBe(1);
    expect(await listed({ credentials })).toBe(1);
    expect(tokenRequests()).toBe(1);
  });

  it('are fetched anew when they were refused', async () => {
    const credentials = googleCredentials();
    await listed({ credentials });
    // Somebody else asked for a token, so that the one in use has ended.
    await fetch(`${service.url}/computeMetadata/v1/instance/service-accounts/default/token`);
    expect(await listed({ credentials })).toBe(1);
    expect(tokenRequests()).toBe(3);
  });

  it('are not looked for, nor sent, where another endpoint is set', async () => {
    await expect(listed({})).rejects.toMatchObject({ failure: 'unauthenticated', status: 401 });
    expect(tokenRequests()).toBe(0);
  });
});

describe('the token', () => {
  it.each([
    ['https://etl-p-dot-euw3.datafusion.googleusercontent.com/api', true],
    ['https://etl.datafusion.googleusercontent.com', true],
    ['http://etl.datafusion.googleusercontent.com/api', false],
    ['https://datafusion.googleusercontent.com.evil.example/api', false],
    ['https://evil.example/.datafusion.googleusercontent.com/', false],
    ['https://user@evil.example?.datafusion.googleusercontent.com/', false],
    ['', false],
  ])('goes to the address %j of an instance: %s', (apiEndpoint, goes) => {
    const { inside } = connect({ now: Date.now }, () => undefined);
    if (goes) expect(inside(apiEndpoint)).toMatch(/^https:.*\/v3$/);
    else expect(() => inside(apiEndpoint)).toThrow('which is not of Data Fusion');
  });
});
