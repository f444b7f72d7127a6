import { notifyHandler } from '../../functions/notify/handler.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { sweepExpired } from '../../shared/ledger/expiry.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { cloudStorageObjects } from '../../shared/objects/cloud-storage.ts';
import type { Entry, Objects, Write } from '../../shared/objects/objects.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { receiverKey, type Notice } from '../../shared/notices/notice.ts';
import { ports, scriptedChannel } from './make.ts';

// Synthetic: no such person, job or channel exists.

/** What `notify` asks of its store, in the order in which it does. */
export const calls = [
  'read the receipt, which is not there',
  'read the receipt, which is there',
  'claim',
  'read the claim of a process that ended',
  'take over the claim of a process that ended',
  'give the claim back',
  'finish the claim',
  'write the receipt',
  'list what is old',
  'delete what is old',
] as const;
export type Call = (typeof calls)[number];

/** Calls that only come after a process ended that held the claim. */
const afterAnEnd: ReadonlySet<Call> = new Set([
  'read the claim of a process that ended',
  'take over the claim of a process that ended',
]);

/** The kinds of fault that the stand-in has for a call; a write may have been carried out all the same. */
export const faults = [
  { kind: '403 rateLimitExceeded' },
  { kind: '403 accessDenied' },
  { kind: '429' },
  { kind: '500' },
  { kind: '500', carriedOut: true },
  { kind: '503' },
  { kind: 'hang' },
  { kind: 'hang', carriedOut: true },
  { kind: 'empty body' },
  { kind: 'truncated body' },
  { kind: 'not json' },
  { kind: 'wrong shape' },
] as const;
export type Fault = (typeof faults)[number] | 'somebody else wrote';

const methods = { get: 'download', put: 'insert', delete: 'delete', list: 'list' } as const;

/** Whether what the store was asked for is the call; a receipt is read in the same way, be it there or not. */
function isMeant(call: Call, found: Call | 'read the receipt'): boolean {
  return found === 'read the receipt' ? call.startsWith(found) : found === call;
}

function callOf(method: keyof typeof methods, name: string, write: Write | undefined, isTidying: boolean) {
  if (method === 'list') return 'list what is old';
  if (method === 'delete') return isTidying ? 'delete what is old' : 'give the claim back';
  const isReceipt = name.startsWith('receipts/');
  if (method === 'get') return isReceipt ? 'read the receipt' : 'read the claim of a process that ended';
  if (isReceipt) return 'write the receipt';
  if (Buffer.from(write?.bytes ?? []).includes('"result"')) return 'finish the claim';
  return write?.ifGeneration === 'absent' ? 'claim' : 'take over the claim of a process that ended';
}

/** What happened to a notice: the status of each delivery, and how many messages there were by then. */
export interface Told {
  readonly first: { readonly status: number; readonly messages: number };
  readonly last: { readonly status: number; readonly messages: number };
  readonly deliveries: number;
  /** How often the call was made that fails. */
  readonly failing: number;
  readonly receipt: string | undefined;
}

const twoWeeksMs = 14 * 86_400_000;

/** Delivers a notice while one kind of call fails, and, once that is repaired, every two minutes until it is done. */
export async function deliverWith(call: Call, fault: Fault, notice: Notice): Promise<Told> {
  const clock = { offsetMs: -twoWeeksMs - 60_000 };
  const now = () => Date.now() + clock.offsetMs;
  const storage = await startStorage({ writeLimit: false, now });
  storage.createBucket('state');
  const isHang = typeof fault !== 'string' && fault.kind === 'hang';
  const adapter = cloudStorageObjects({
    bucket: 'state',
    endpoint: storage.url,
    now,
    random: () => 0,
    requestTimeoutMs: isHang ? 250 : 10_000,
  });
  const options = { now, wait: async () => undefined, timeoutMs: isHang ? 700 : 20_000 };
  const state = { isFaulty: false, isTidying: false, failing: 0 };

  const during = async <T>(
    method: keyof typeof methods,
    about: { name: string; write?: Write },
    work: () => Promise<T>,
  ) => {
    const asked = callOf(method, about.name, about.write, state.isTidying);
    if (!state.isFaulty || !isMeant(call, asked)) return work();
    state.failing += 1;
    if (fault === 'somebody else wrote') await rival(about.name, adapter, now);
    else storage.faults.add({ method: methods[method], ...fault });
    try {
      return await work();
    } finally {
      // What was given up on this side may not have been read on the other yet.
      await fetch(`${storage.url}/local/requests`);
      storage.faults.clear();
    }
  };
  const objects: Objects = {
    ...adapter,
    get: (name, budget) => during('get', { name }, () => adapter.get(name, budget)),
    put: (name, write, budget) => during('put', { name, write }, () => adapter.put(name, write, budget)),
    delete: (name, about, budget) => during('delete', { name }, () => adapter.delete(name, about, budget)),
    list: async function* (prefix, budget) {
      const all = await during('list', { name: prefix }, async () => {
        const entries: Entry[] = [];
        for await (const entry of adapter.list(prefix, budget)) entries.push(entry);
        return entries;
      });
      yield* all;
    },
  };

  // Something that is old enough to be removed, and perhaps what a process left behind that ended.
  await objectReceipts(adapter, options).put({
    noticeId: 'notice-00',
    how: 'delivered',
    atMs: 0,
    cases: [],
    notReached: [],
  });
  clock.offsetMs = -60_000;
  const [receiver] = notice.receivers;
  if (afterAnEnd.has(call) && receiver !== undefined)
    await objectClaims(adapter, { ...options, leaseMs: 1 }).claim(notice.id, receiverKey(receiver));
  clock.offsetMs = 0;
  if (call === 'read the receipt, which is there') {
    const receipt = { noticeId: notice.id, how: 'delivered' as const, atMs: 0, cases: [], notReached: [] };
    await objectReceipts(adapter, options).put(receipt);
  }

  let asked = 0;
  const channel = scriptedChannel(() => {
    asked += 1;
    return call === 'give the claim back' && asked === 1 ? 'transient' : undefined;
  });
  const handle = notifyHandler({
    ...ports({ channel, now }),
    claims: objectClaims(objects, options),
    receipts: objectReceipts(objects, options),
    tidy: async () => {
      state.isTidying = true;
      try {
        await sweepExpired(objects, now, { shard: 0, timeoutMs: options.timeoutMs });
      } finally {
        state.isTidying = false;
      }
    },
  });
  const deliver = async () => {
    let status = 0;
    const body = { message: { data: Buffer.from(JSON.stringify(noticeEvent(notice, '//test'))).toString('base64') } };
    const response = { status: (code: number) => (status = code), set: () => 0, send: () => 0, end: () => 0 };
    await handle({ method: 'POST', headers: {}, body }, response);
    return { status, messages: channel.sent.length };
  };

  try {
    state.isFaulty = true;
    const first = await deliver();
    state.isFaulty = false;
    let deliveries = 1;
    let last = first;
    while (deliveries < 5 && (last.status !== 204 || deliveries === 1)) {
      clock.offsetMs += 120_000;
      last = await deliver();
      deliveries += 1;
    }
    const receipt = await objectReceipts(adapter, options).get(notice.id);
    return { first, last, deliveries, failing: state.failing, receipt: receipt?.how };
  } finally {
    await storage.close();
  }
}

/** Another instance is faster, which makes the call's condition fail: HTTP 412. */
async function rival(name: string, objects: Objects, now: () => number): Promise<void> {
  const isReceipt = name.startsWith('receipts/');
  const receipt = {
    version: 1,
    noticeId: name.slice('receipts/'.length),
    how: 'delivered',
    atMs: 0,
    cases: [],
    notReached: [],
  };
  const claim = { version: 1, mark: 'rival', untilMs: now() + 60_000 };
  const bytes = Buffer.from(JSON.stringify(isReceipt ? receipt : claim));
  const budget = { untilMs: now() + 10_000, signal: new AbortController().signal };
  await objects.put(name, { bytes, ifGeneration: undefined }, budget);
}
