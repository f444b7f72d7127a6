import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Problem } from '../jobs/problem.ts';
import { decodePolicy, largestPolicyBytes } from './characters.ts';
import { problemAt, linesOf, type Finding } from './lines.ts';
import { loadPolicy } from './load.ts';
import type { Policy } from './schema.ts';

/** Which text a policy was read from. `sha256` is of its bytes, in hex; `where` a path or an address. */
interface PolicyVersion {
  readonly sha256: string;
  readonly where: string;
  readonly loadedAtMs: number;
}

/** A policy that validated, with its version. */
interface GoodPolicy {
  readonly policy: Policy;
  readonly version: PolicyVersion;
}

/**
 * What a sweep goes by. `current`: the text as it is now. `last-good`: that text was refused or could not be read, and
 * the policy before it stays, to be used in observe mode. `none`: there was never a good one.
 */
export interface PolicyState {
  readonly standing: 'current' | 'last-good' | 'none';
  readonly policy?: Policy;
  readonly version?: PolicyVersion;
  /** What is wrong with the text where the standing is not `current`; notes and warnings on it where it is. */
  readonly problems: readonly Problem[];
  /** Hash of the text that was refused; absent where it could not be read at all. */
  readonly rejectedSha256?: string;
  /** True when another version stands than at the call before; the first good one counts. */
  readonly changed: boolean;
  /** The good one that this one took the place of, where this instance has seen it. */
  readonly previous?: GoodPolicy;
}

/** Where the policy comes from. It is asked at each sweep and never throws. */
export interface PolicySource {
  readonly current: () => Promise<PolicyState>;
  /** The policy of an earlier text, by the hash of its bytes; undefined where it cannot be found, or is none any more. */
  readonly recall?: (sha256: string) => Promise<Policy | undefined>;
  /** Whether the text is still that of this hash: asked before each cancel. False where it cannot be read. Never throws. */
  readonly stands?: (sha256: string) => Promise<boolean>;
  /** A file beside the policy, by its name; one of more than `maxBytes` cannot be read. Never throws. */
  readonly beside?: (name: string, maxBytes: number) => Promise<Reading>;
}

/** One reading of the text: its bytes, or the reason why there are none. */
export type Reading = { readonly bytes: Uint8Array } | { readonly unreadable: string };

const unreadable = (why: string): Finding => ({
  path: [],
  part: 'value',
  fault: {
    code: 'policy-unreadable',
    says: `The policy cannot be read: ${why}.`,
    try: 'Put the file back or correct its path and rights; it is read again at the next sweep.',
  },
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

type Judged = Pick<PolicyState, 'policy' | 'problems'>;

function judge(bytes: Uint8Array, where: string, nowMs: number): Judged {
  const loaded = loadPolicy(decodePolicy(bytes), { file: where, now: nowMs });
  return loaded.policy === undefined
    ? { problems: loaded.problems }
    : { policy: loaded.policy, problems: loaded.notes };
}

async function* none(): AsyncGenerator<Uint8Array> {}

/** How a policy is judged, and where it comes from. */
interface Judging {
  readonly where: string;
  readonly now: () => number;
  /** Earlier texts, newest first. */
  readonly earlier: () => AsyncIterable<Uint8Array>;
}

/** The policy with its version, from a text that is good. */
function versioned(policy: Policy, hash: string, { where, now }: Judging): GoodPolicy {
  return { policy, version: { sha256: hash, where, loadedAtMs: now() } };
}

/** The first earlier text that validates. Throws what the earlier texts throw. */
async function lastGood(by: Judging): Promise<GoodPolicy | undefined> {
  for await (const bytes of by.earlier()) {
    const { policy } = judge(bytes, by.where, by.now());
    if (policy !== undefined) return versioned(policy, sha256(bytes), by);
  }
  return undefined;
}

async function recall(wanted: string, { where, now, earlier }: Judging): Promise<Policy | undefined> {
  try {
    for await (const bytes of earlier()) if (sha256(bytes) === wanted) return judge(bytes, where, now()).policy;
  } catch {
    // What cannot be read is not known.
  }
  return undefined;
}

async function stands(wanted: string, read: () => Promise<Reading>): Promise<boolean> {
  const reading = await read();
  return 'bytes' in reading && sha256(reading.bytes) === wanted;
}

/**
 * Makes a source of any way to read the text at `where`. The text is read at each call and judged only when its bytes
 * are others than before; what does not validate never takes effect. `earlier` gives the texts before it, newest first.
 */
export function policySource(
  where: string,
  read: () => Promise<Reading>,
  now: () => number,
  earlier: () => AsyncIterable<Uint8Array> = none,
): PolicySource {
  const by: Judging = { where, now, earlier };
  let seen: { readonly sha256: string; readonly judged: Judged } | undefined;
  let hasLooked = false;
  let good: GoodPolicy | undefined;
  let previous: GoodPolicy | undefined;

  const keep = async (problems: readonly Problem[], rejectedSha256?: string): Promise<PolicyState> => {
    if (good === undefined && !hasLooked) {
      try {
        good = await lastGood(by);
        hasLooked = true;
      } catch {
        // Looked for again at the next sweep; until then there is no good one, and that is said.
      }
    }
    return good === undefined
      ? { standing: 'none', problems, rejectedSha256, changed: false }
      : { standing: 'last-good', ...good, problems, rejectedSha256, changed: false, previous };
  };

  async function current(): Promise<PolicyState> {
    const reading = await read();
    if ('unreadable' in reading)
      return keep([problemAt(linesOf('', where), unreadable(reading.unreadable), { start: 0, end: 0 })]);
    const hash = sha256(reading.bytes);
    if (seen?.sha256 !== hash) seen = { sha256: hash, judged: judge(reading.bytes, where, now()) };
    const { policy, problems } = seen.judged;
    if (policy === undefined) return keep(problems, hash);
    const changed = good?.version.sha256 !== hash;
    if (changed || good === undefined) {
      previous = good;
      good = versioned(policy, hash, by);
    }
    return { standing: 'current', ...good, problems, changed, previous };
  }

  return { current, recall: async (wanted) => recall(wanted, by), stands: async (wanted) => stands(wanted, read) };
}

/** At most one byte more than it may have, so that a file of any size costs the same. */
async function readFile(path: string, maxBytes: number): Promise<Reading> {
  const file = await open(path, 'r');
  try {
    const before = await file.stat();
    if (!before.isFile()) return { unreadable: 'it is not a file' };
    const { bytesRead, buffer } = await file.read(new Uint8Array(maxBytes + 1), { position: 0 });
    const after = await file.stat();
    const isWhole =
      before.mtimeMs === after.mtimeMs &&
      before.size === after.size &&
      bytesRead === Math.min(after.size, buffer.length);
    return isWhole ? { bytes: buffer.subarray(0, bytesRead) } : { unreadable: 'it is being written at this moment' };
  } finally {
    await file.close();
  }
}

const orWhyNot = (reading: Promise<Reading>): Promise<Reading> =>
  reading.catch((error: unknown) => ({ unreadable: error instanceof Error ? error.message : String(error) }));

/** The reading, where it has no more bytes than it may. */
export function bounded(reading: Reading, maxBytes: number): Reading {
  const isTooBig = 'bytes' in reading && reading.bytes.length > maxBytes;
  return isTooBig ? { unreadable: `it has more than ${maxBytes} bytes` } : reading;
}

/** The policy in a file. Write it elsewhere and rename it into place, so that no half of it is ever read. */
export function filePolicySource(path: string, now: () => number): PolicySource {
  return {
    ...policySource(path, () => orWhyNot(readFile(path, largestPolicyBytes)), now),
    beside: async (name, maxBytes) => bounded(await orWhyNot(readFile(join(dirname(path), name), maxBytes)), maxBytes),
  };
}
