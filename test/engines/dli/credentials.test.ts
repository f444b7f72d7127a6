import { describe, expect, it, onTestFinished } from 'vitest';
import { startDli } from '../../../infra/local/dli/server.ts';
import { dli } from '../../../shared/engines/dli.ts';
import { aBudget } from '../../contracts/engine.ts';

// Synthetic: no such user, key or project exists.
const user = { user: 'watch', password: 'synthetic-password', domain: 'OTC-EU-DE-1' };
const key = { accessKey: 'AKSYNTHETIC', secretKey: 'synthetic-secret' };
const auth = { users: [user], accessKeys: { [key.accessKey]: key.secretKey } };

const targetOf = (project = 'p', cloud = 'otc') =>
  ({ engine: 'dli', name: `dli:${cloud}/eu-de/${project}`, project }) as const;

/** A stand-in that asks who is calling, an engine with some credentials, and a clock for both. */
async function aScene(
  credentials: { otc?: object; huawei?: object },
  about: { tokenLastsMs?: number; slowMs?: number } = {},
) {
  let nowMs = Date.parse('2026-03-11T10:00:00Z');
  const standIn = await startDli({ auth: { ...auth, ...about }, now: () => nowMs + (about.slowMs ?? 0) });
  onTestFinished(() => standIn.close());
  const written = Object.entries(credentials).map(([cloud, value]) => [cloud, JSON.stringify(value)]);
  const now = () => nowMs;
  const engine = dli({ endpoint: standIn.url, credentials: Object.fromEntries(written), now, random: () => 0 });
  const budget = () => ({ ...aBudget(), untilMs: nowMs + 10_000 });
  const look = async (target = targetOf()) => {
    const ids: string[] = [];
    for await (const page of engine.source.list(target, budget())) ids.push(...page.jobs.map(({ id }) => id));
    return ids.join();
  };
  return {
    standIn,
    look: async (target = targetOf()) => look(target).catch((error: unknown) => String(error)),
    async cancel(id: string) {
      const ref = { engine: 'dli', target: targetOf().name, project: 'p', location: 'eu-de', id } as const;
      const job = await engine.source.get(ref, budget());
      return job && engine.canceller.cancel(job, budget());
    },
    pass: (ms: number) => void (nowMs += ms),
    tokens: () => standIn.requests.filter((one) => one.target.startsWith('/v3/auth/tokens')).length,
    refused: () => standIn.requests.filter(({ status }) => status === 401).length,
  };
}

describe('a user with a password', () => {
  it('gets one token for many calls', async () => {
    const scene = await aScene({ otc: user });
    scene.standIn.addSqlJob({ project: 'p', id: 'a' });
    expect([await scene.look(), await scene.look()]).toEqual(['a', 'a']);
    expect([scene.tokens(), scene.refused()]).toEqual([1, 0]);
  });

  it('gets another one before it ends', async () => {
    const scene = await aScene({ otc: user }, { tokenLastsMs: 60 * 60_000 });
    await scene.look();
    scene.pass(49 * 60_000);
    await scene.look();
    expect(scene.tokens()).toBe(1);
    scene.pass(2 * 60_000);
    await scene.look();
    expect([scene.tokens(), scene.refused()]).toEqual([2, 0]);
  });

  it('gets another one, once, when it is refused', async () => {
    const scene = await aScene({ otc: user });
    scene.standIn.addSqlJob({ project: 'p', id: 'a' });
    await scene.look();
    scene.standIn.revokeTokens();
    expect(await scene.look()).toBe('a');
    expect([scene.tokens(), scene.refused()]).toEqual([2, 1]);
  });

  it('gets one for each project, as a token is good for one only', async () => {
    const scene = await aScene({ otc: user });
    scene.standIn.addSqlJob({ project: 'q', id: 'b' });
    expect([await scene.look(), await scene.look(targetOf('q'))]).toEqual(['', 'b']);
    expect([scene.tokens(), scene.refused()]).toEqual([2, 0]);
  });

  it('is refused with a wrong password, which is not shown', async () => {
    const scene = await aScene({ otc: { ...user, password: 'SECRET' } });
    const said = await scene.look();
    expect(said).toMatch(/no credentials \(the token of user watch: the credentials were refused/);
    expect(said).not.toContain('SECRET');
  });
});

describe('an access key', () => {
  it('signs looking and cancelling so that the service believes it', async () => {
    const scene = await aScene({ otc: key });
    scene.standIn.addSqlJob({ project: 'p', id: 'a' });
    scene.standIn.addBatch({ project: 'p', id: 'b' });
    expect(await scene.look()).toBe('a,batches/b');
    expect(await scene.cancel('a')).toEqual({ kind: 'accepted' });
    expect(await scene.cancel('batches/b')).toEqual({ kind: 'accepted' });
    expect([scene.tokens(), scene.refused()]).toEqual([0, 0]);
  });

  it('signs an id with characters that have to be encoded', async () => {
    const scene = await aScene({ otc: key });
    scene.standIn.addSqlJob({ project: 'p', id: "it's (a) b*c!" });
    expect(await scene.cancel("it's (a) b*c!")).toEqual({ kind: 'accepted' });
  });

  it('signs a security token along with it', async () => {
    const scene = await aScene({ otc: { ...key, securityToken: 'temporary' } });
    expect(await scene.look()).toBe('');
  });

  it.each([
    ['a wrong secret', { ...key, secretKey: 'other' }, 'the signature is wrong'],
    ['an unknown key', { ...key, accessKey: 'OTHER' }, 'no such access key'],
  ])('is refused for %s, after one try', async (_, otc, why) => {
    const scene = await aScene({ otc });
    expect(await scene.look()).toContain(why);
    expect(scene.standIn.requests.length).toBe(1);
  });

  it('is refused when the clocks are too far apart', async () => {
    const scene = await aScene({ otc: key }, { slowMs: 20 * 60_000 });
    expect(await scene.look()).toContain('the date is too far away');
  });
});

describe('credentials', () => {
  it('of one cloud are never sent to the other', async () => {
    const scene = await aScene({ otc: user, huawei: key });
    await scene.look(targetOf('p', 'huawei'));
    expect([scene.tokens(), scene.refused()]).toEqual([0, 0]);
  });

  it.each([
    ['no JSON of that kind', { accessKey: 'SECRET' }],
    ['both kinds at once', { ...key, ...user, accessKey: 'SECRET' }],
  ])('that cannot be used are an error of the call, which does not show them: %s', async (_, otc) => {
    const scene = await aScene({ otc });
    const said = await scene.look();
    expect(said).toMatch(/DLI_OTC_CREDENTIALS cannot be used: they are not JSON/);
    expect(said).not.toContain('SECRET');
    expect(scene.standIn.requests).toEqual([]);
  });

  it('are missed where the service is not a stand-in, before anything is sent', async () => {
    const { source } = dli({ now: Date.now, credentials: { otc: JSON.stringify(key) } });
    const ref = { engine: 'dli', target: targetOf('p', 'huawei').name, project: 'p', id: 'a' } as const;
    await expect(source.get(ref, aBudget())).rejects.toThrow('DLI_HUAWEI_CREDENTIALS cannot be used: there are none');
  });
});
