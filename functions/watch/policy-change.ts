import type { PolicyEvent } from '../../shared/audit/event.ts';
import { policyEvent } from '../../shared/audit/sweep-event.ts';
import type { Trouble } from '../../shared/notices/digest.ts';
import { differenceOf } from '../../shared/policy/difference.ts';
import type { Change } from '../../shared/policy/difference/change.ts';
import { pathText } from '../../shared/policy/lines.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { eventContext } from './report.ts';
import type { Run } from './world.ts';

/** The policy that was in force before, by the ledger; without `policy` where its text is not known any more. */
export interface Former {
  readonly sha256: string;
  readonly policy?: Policy | undefined;
}

/** That another policy is in force: for the record, and for the operators where something became harsher. */
export interface PolicyChange {
  readonly event: PolicyEvent;
  readonly trouble?: Trouble;
}

const mostTold = 15;

/** The policy that the ledger saw last, where another one is in force now: from this instance, or from where it is kept. */
export async function formerPolicy(
  { world, before, context, part }: Run,
  state: PolicyState,
): Promise<Former | undefined> {
  const sha256 = before.document.policySeen?.sha256;
  if (!part.speaks || sha256 === undefined || sha256 === context.policy.sha256) return undefined;
  const { previous } = state;
  if (previous?.version.sha256 === sha256) return { sha256, policy: previous.policy };
  return { sha256, policy: await world.policy.recall?.(sha256) };
}

const isFlagged = ({ effect }: Change) => effect === 'harsher' || effect === 'either';

function whyOf(changes: readonly Change[] | undefined): string {
  if (changes === undefined) {
    return 'Another policy is in force; the one before is not known to this instance, so what changed cannot be said.';
  }
  if (changes.length === 0) return 'The text of the policy is another, and means the same as before.';
  const count = changes.length === 1 ? '1 edit is' : `${changes.length} edits are`;
  const flagged = changes.filter(isFlagged).length;
  return `Another policy is in force: ${count} in it, ${flagged === 0 ? 'none' : flagged} harsher or unclear.`;
}

function troubleOf(why: string, changes: readonly Change[], { sha256, where }: Run['context']['policy']): Trouble {
  const flagged = changes.filter(isFlagged);
  const told = flagged.slice(0, mostTold);
  const rest = flagged.length - told.length;
  const isKnown = flagged.length > 0;
  return {
    code: `policy-changed ${sha256}`,
    event: 'policy.changed',
    title: isKnown
      ? 'The policy was changed, and is harsher in part'
      : 'The policy was changed; what it was before is not known here',
    lines: [
      why,
      ...told.map(({ effect, says }) => `${effect === 'either' ? 'May be harsher' : 'Harsher'}: ${says}`),
      ...(rest === 0 ? [] : [`${rest} more: see the event policy.changed.`]),
      `${where} is in force from this sweep on. If that was not meant, put the former version back.`,
    ],
  };
}

/** What to record and to tell of a policy that is another than before; undefined where it is the same. */
export function policyChange(run: Run, former: Former | undefined): PolicyChange | undefined {
  if (former === undefined) return undefined;
  const { sha256, policy: before } = former;
  const changes = before === undefined ? undefined : differenceOf(before, run.compiled.policy);
  const harsher = changes === undefined || changes.some(isFlagged);
  const why = whyOf(changes);
  const known = changes ?? [];
  const difference = {
    before: { sha256 },
    known: changes !== undefined,
    harsher,
    changes: known.map(({ effect, path, says }) => ({ effect, where: pathText(path), says })),
  };
  const subject = run.context.policy;
  const event = policyEvent({ name: 'policy.changed', context: eventContext(run), why, subject, difference });
  return harsher ? { event, trouble: troubleOf(why, known, subject) } : { event };
}
