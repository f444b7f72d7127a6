import { createHash } from 'node:crypto';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { readStop, stopName, type Stopped } from '../../shared/ledger/stop.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Outside } from './command.ts';
import { callBudget } from './live.ts';
import { isMissing } from './outside.ts';
import { policyIn, type PolicyPlace } from './policy-place.ts';

/** How the policy stands as it is written now. `sha256` is of its bytes where they are UTF-8. */
export type Standing =
  | { readonly kind: 'valid'; readonly policy: Policy; readonly sha256: string }
  | { readonly kind: 'invalid'; readonly problems: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What is known of a deployment from the outside. `stop` unreadable counts as stopped, as it does for `watch`. */
export interface Looked {
  readonly nowMs: number;
  readonly ledger: LedgerDocument;
  readonly standing: Standing;
  readonly stopped: Stopped | undefined;
}

/** How the policy stands; never throws. */
export async function standingOf(place: PolicyPlace, outside: Outside): Promise<Standing> {
  let text: string | undefined;
  try {
    text = await place.text();
  } catch (error) {
    if (isMissing(error)) return { kind: 'missing' };
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
  if (text === undefined) return { kind: 'missing' };
  const read = policyIn(text, place, outside);
  if ('problems' in read) return { kind: 'invalid', problems: read.problems.length };
  return { kind: 'valid', policy: read.value, sha256: createHash('sha256').update(text).digest('hex') };
}

async function switchText({ where, inBucket }: PolicyPlace, outside: Outside): Promise<string | undefined> {
  if (inBucket !== undefined) {
    const folder = inBucket.name.slice(0, inBucket.name.lastIndexOf('/') + 1);
    const found = await inBucket.objects.get(`${folder}${stopName}`, callBudget(outside));
    return found && new TextDecoder().decode(found.bytes);
  }
  try {
    return await outside.read(`${where.slice(0, where.lastIndexOf('/') + 1)}${stopName}`);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** What stops every cancel now; never throws: what cannot be read stops them. */
export async function stoppedNow(place: PolicyPlace, outside: Outside): Promise<Stopped | undefined> {
  try {
    const text = await switchText(place, outside);
    return text === undefined ? undefined : readStop(text, outside.now());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { by: 'stop', why: `The stop switch cannot be read: ${why}`, unreadable: true };
  }
}
