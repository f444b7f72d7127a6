import { isBeingCancelled } from './case.ts';
import type { Case, LedgerDocument } from './document.ts';

/** A ledger with the cases of others that are its own from now on, and those that it has to leave alone for a while. */
export interface Moved {
  readonly document: LedgerDocument;
  /** Whether anything was taken over. */
  readonly isChanged: boolean;
  /** Cases whose cancel is on its way in another ledger: they are followed up there. */
  readonly elsewhere: ReadonlySet<string>;
}

const isOpen = ({ state }: Case) => state !== 'closed';
const isOnItsWay = (known: Case) => isOpen(known) && isBeingCancelled(known);

/** The cases that move: open ones, and those that ended after they had moved before. The one with more events is the newer. */
function moving(own: LedgerDocument, other: LedgerDocument, isMine: (target: string) => boolean): readonly Case[] {
  return Object.values(other.cases).filter((known) => {
    if (isOnItsWay(known) || !isMine(known.job.target)) return false;
    const mine = own.cases[known.id];
    return mine === undefined ? isOpen(known) : !isOnItsWay(mine) && mine.sequence < known.sequence;
  });
}

/** What is remembered of cancels in these targets, for counting retries. */
function attemptsOf(own: LedgerDocument, other: LedgerDocument, isMine: (target: string) => boolean) {
  const known = new Set(own.attempts.map((one) => `${one.case} ${one.atMs}`));
  return other.attempts.filter((one) => {
    const target = other.cases[one.case]?.job.target;
    return target !== undefined && isMine(target) && !known.has(`${one.case} ${one.atMs}`);
  });
}

function withOther(own: LedgerDocument, other: LedgerDocument, isMine: (target: string) => boolean): LedgerDocument {
  const cases = moving(own, other, isMine);
  const attempts = attemptsOf(own, other, isMine);
  const targets = Object.entries(other.targets).filter(
    ([target]) => isMine(target) && own.targets[target] === undefined,
  );
  if (cases.length + attempts.length + targets.length === 0) return own;
  return {
    ...own,
    cases: { ...own.cases, ...Object.fromEntries(cases.map((known) => [known.id, known])) },
    attempts: [...own.attempts, ...attempts],
    targets: { ...own.targets, ...Object.fromEntries(targets) },
  };
}

/**
 * Takes over, from ledgers of an earlier layout, the open cases of the targets that are this one's own now, with what is
 * known of them. A cancel that is on its way there stays there until it is settled: nobody else touches its job. Taking
 * over twice is as once.
 */
export function movedInto(
  own: LedgerDocument,
  others: readonly LedgerDocument[],
  isMine: (target: string) => boolean,
): Moved {
  const document = others.reduce((sum, other) => withOther(sum, other, isMine), own);
  const onTheirWay = others.flatMap(({ cases }) => Object.values(cases).filter(isOnItsWay));
  const elsewhere = new Set(onTheirWay.filter(({ job }) => isMine(job.target)).map(({ id }) => id));
  return { document, isChanged: document !== own, elsewhere };
}

/** An earlier ledger without the open cases that the ledger they belong to now has taken over; `homeOf` gives that one. */
export function withoutMoved(
  former: LedgerDocument,
  homeOf: (target: string) => LedgerDocument | undefined,
): LedgerDocument {
  const cases = Object.entries(former.cases).filter(([id, known]) => {
    if (!isOpen(known) || isOnItsWay(known)) return true;
    const taken = homeOf(known.job.target)?.cases[id];
    return taken === undefined || taken.sequence < known.sequence;
  });
  return { ...former, cases: Object.fromEntries(cases) };
}

/** Whether somebody still has to look after a ledger that no target belongs to any more: a cancel on its way, or events. */
export function needsFollowUp({ cases, outbox }: LedgerDocument): boolean {
  return outbox.length > 0 || Object.values(cases).some(isOnItsWay);
}

/** Whether nothing is left to do for such a ledger. */
export function isSettled(former: LedgerDocument): boolean {
  return former.outbox.length === 0 && !Object.values(former.cases).some(isOpen);
}

/** Several ledgers as if they were one, for looking at: of a case that is in more than one, the newer. */
export function summed(own: LedgerDocument, others: readonly LedgerDocument[]): LedgerDocument {
  const all = [own, ...others];
  const cases = new Map<string, Case>();
  for (const known of all.flatMap((one) => Object.values(one.cases)))
    if ((cases.get(known.id)?.sequence ?? -1) < known.sequence) cases.set(known.id, known);
  return {
    ...own,
    cases: Object.fromEntries(cases),
    outbox: all.flatMap(({ outbox }) => outbox),
    troubles: Object.assign({}, ...all.toReversed().map(({ troubles }) => troubles)),
    attempts: all.flatMap(({ attempts }) => attempts),
    targets: Object.assign({}, ...all.toReversed().map(({ targets }) => targets)),
    observeUntilMs: Math.max(...all.map(({ observeUntilMs }) => observeUntilMs)),
    heartbeatAtMs: Math.max(...all.map(({ heartbeatAtMs }) => heartbeatAtMs)),
  };
}
