import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closeBreaker } from '../../functions/cli/breaker-close.ts';
import { emptyLedger, type LedgerDocument } from '../../shared/ledger/document.ts';
import { memoryLedger, type Ledger } from '../../shared/ledger/ledger.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { openState } from '../../shared/ledger/state.ts';
import { hours, minutes } from '../make.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { inBuckets } from './in-buckets.ts';

// Everything here is made up.
const state = 'gs://state/prod';
const open: LedgerDocument = {
  ...emptyLedger,
  troubles: { breaker: nowMs - hours(2), 'told:breaker': nowMs - hours(2) },
};
const order = ['--reason', 'The backfill is known to be wrong', '--state', state];
const env = { USER: 'ana' };

async function withLedger(document: LedgerDocument | string | undefined, place = state) {
  const buckets = inBuckets();
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  if (document !== undefined) await buckets.put(place, 'ledger.json', text);
  const scene: Scene = { env, outside: { objects: buckets.objects } };
  const ledger = async (): Promise<LedgerDocument> => JSON.parse((await buckets.text(place, 'ledger.json')) ?? 'null');
  return { scene, ledger };
}

const problemsOf = (out: string): readonly string[] => {
  const data: { readonly problems: readonly { readonly code: string }[] } = JSON.parse(out);
  return data.problems.map(({ code }) => code);
};

describe('jobwarden breaker close', () => {
  it('writes who, when and why into the ledger, and nothing else', async () => {
    const { scene, ledger } = await withLedger(open);
    const { out, code } = await jobwarden(['breaker', 'close', ...order], scene);
    expect(code).toBe(0);
    const breakerClosed = { atMs: nowMs, reason: 'The backfill is known to be wrong', by: 'ana' };
    expect(await ledger()).toEqual({ ...open, breakerClosed });
    expect(out).toContain(
      'The breaker is closed by hand by ana at Mon 2026-11-30 00:00 UTC: The backfill is known to be',
    );
    expect(out).toContain('The next sweep that would open it goes through, once');
    expect(out).toContain('If no sweep needs it before Mon 2026-11-30 01:00 UTC, it lapses.');
  });

  it('says so where the breaker is not open now', async () => {
    const { scene, ledger } = await withLedger(emptyLedger);
    const { out, code } = await jobwarden(['breaker', 'close', ...order, '--by', 'ben'], scene);
    expect([code, (await ledger()).breakerClosed?.by]).toEqual([0, 'ben']);
    expect(out).toContain('The breaker is not open now. The next sweep that would open it goes through, once');
  });

  it('keeps what a sweep wrote meanwhile, and tries again', async () => {
    const ledger = memoryLedger();
    let swaps = 0;
    const busy: Ledger = {
      read: () => ledger.read(),
      swap: async (document, generation) => {
        swaps += 1;
        if (swaps < 3) {
          const { document: now, generation: of } = await ledger.read();
          await ledger.swap({ ...now, heartbeatAtMs: swaps }, of);
        }
        return ledger.swap(document, generation);
      },
    };
    const closed = await closeBreaker(busy, { atMs: nowMs, reason: 'x' });
    expect([closed.how, swaps]).toEqual(['closed', 3]);
    expect((await ledger.read()).document).toMatchObject({ heartbeatAtMs: 2, breakerClosed: { reason: 'x' } });
  });

  it('gives up after five lost swaps, and says that it was not closed', async () => {
    let swaps = 0;
    const lost = { ...memoryLedger(), swap: async () => void (swaps += 1) };
    expect([(await closeBreaker(lost, { atMs: nowMs, reason: 'x' })).how, swaps]).toEqual(['busy', 5]);
  });

  const refused: readonly (readonly [string, LedgerDocument | string | undefined, readonly string[]])[] = [
    ['no ledger', undefined, ['no-ledger']],
    ['a ledger that is broken', '{"version":1}', ['failed']],
    ['a ledger of a newer version', '{"version":2}', ['failed']],
  ];
  it.each(refused)('changes nothing where there is %s', async (_, document, codes) => {
    const { scene, ledger } = await withLedger(document);
    const { out, code } = await jobwarden(['breaker', 'close', ...order, '--format', 'json'], scene);
    expect([code, problemsOf(out)]).toEqual([2, codes]);
    expect(JSON.stringify(await ledger())).toBe(document ?? 'null');
  });

  const mistakes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['no verb', ['breaker'], ['unexpected-file']],
    ['another verb', ['breaker', 'open', ...order], ['unexpected-file']],
    ['two verbs', ['breaker', 'close', 'status', ...order], ['unexpected-file']],
    ['no reason', ['breaker', 'close', '--state', state], ['missing-option']],
    ['a place that is none', ['breaker', 'close', '--reason', 'x', '--state', 's3://state'], ['bad-place']],
  ];
  it.each(mistakes)('cannot run with %s', async (_, words, codes) => {
    const { scene, ledger } = await withLedger(open);
    const { out, code } = await jobwarden([...words, '--format', 'json'], scene);
    expect([code, problemsOf(out)]).toEqual([2, codes]);
    expect(await ledger()).toEqual(open);
  });
});

describe('jobwarden breaker status', () => {
  const handed = (agoMs: number): LedgerDocument => ({
    ...open,
    breakerClosed: { atMs: nowMs - agoMs, reason: 'a known backfill', by: 'ana' },
  });
  const table: readonly (readonly [string, LedgerDocument, number, readonly string[]])[] = [
    ['not open', emptyLedger, 0, ['The breaker is not open.']],
    ['open', open, 1, ['The breaker is open since Sun 2026-11-29 22:00 UTC (2 h): no cancel is carried out.']],
    [
      'open, and closed by hand',
      handed(minutes(10)),
      1,
      [
        'The breaker is open since Sun 2026-11-29 22:00 UTC (2 h): no cancel is carried out.',
        'It was closed by hand by ana at Sun 2026-11-29 23:50 UTC: a known backfill.',
        'The next sweep that would open it goes through; if none does before Mon 2026-11-30 00:50 UTC, that lapses.',
      ],
    ],
    [
      'open, and closed by hand too long ago',
      handed(hours(1)),
      1,
      ['The breaker is open since Sun 2026-11-29 22:00 UTC (2 h): no cancel is carried out.'],
    ],
  ];
  it.each(table)('says that it is %s', async (_, document, expected, lines) => {
    const { scene, ledger } = await withLedger(document);
    const { out, code } = await jobwarden(['breaker', 'status', '--state', state], scene);
    expect([code, out]).toEqual([expected, `${lines.join('\n')}\n`]);
    expect(await ledger()).toEqual(document);
  });

  it('looks where JOBWARDEN_STATE says, and else in the default directory', async () => {
    const { scene } = await withLedger(open, 'gs://elsewhere');
    const inEnv = { ...scene, env: { JOBWARDEN_STATE: 'gs://elsewhere' } };
    expect((await jobwarden(['breaker', 'status'], inEnv)).code).toBe(1);
    const byDefault = await withLedger(open, '.jobwarden/state');
    expect((await jobwarden(['breaker', 'status'], byDefault.scene)).code).toBe(1);
  });

  it('has it all in JSON', async () => {
    const { scene } = await withLedger(handed(0));
    const { out } = await jobwarden(['breaker', 'status', '--state', state, '--format', 'json'], scene);
    expect(JSON.parse(out)).toEqual({
      status: 'findings',
      problems: [],
      open: true,
      since: '2026-11-29T22:00:00.000Z',
      closedByHand: { reason: 'a known backfill', by: 'ana', at: '2026-11-30T00:00:00.000Z' },
    });
  });
});

it('closes the breaker in a directory as it does in a bucket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-breaker-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const place = join(folder, 'state');
  const objects = openState(place, { now: () => nowMs });
  const ledger = objectLedger(objects, { now: () => nowMs, wait: async () => undefined });
  await ledger.swap(open, 'absent');
  const scene: Scene = { env, outside: { objects: () => objects } };
  const words = ['breaker', 'close', '--reason', 'x', '--state', place];
  expect((await jobwarden(words, scene)).code).toBe(0);
  expect((await ledger.read()).document.breakerClosed).toEqual({ atMs: nowMs, reason: 'x', by: 'ana' });
});
