import { isPlanned } from '../../shared/evaluate/safety.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { waitForNear, worthWaiting } from './again.ts';
import { carryOut, withoutCancel } from './carry-out.ts';
import type { First } from './due-first.ts';
import { intend, isReal } from './intend.ts';
import { notRecorded, openLate } from './late.ts';
import type { Near } from './near.ts';
import type { Outbox } from './publish.ts';
import type { Result } from './record.ts';
import { report, type Report, type Said } from './report.ts';
import type { News } from './tell.ts';
import type { Run } from './world.ts';

/** What a sweep came to. `repeated` was reported by an earlier sweep and is not told again. */
export interface Acted extends Pick<Result, 'news' | 'said' | 'later'> {
  readonly repeated: readonly Outcome[];
  /** The ledger's generation by now; undefined: nothing was recorded, and this one did not happen. */
  readonly generation: string | undefined;
}

/** What there is to act on beside the plan: jobs near a limit, and what was handled before anything was listed. */
interface Beside {
  readonly near: readonly Near[];
  readonly first: First;
}

/** Notes in the book what became of verdicts; the outbox will tell of it. */
export function settle(run: Run, outbox: Outbox, outcomes: readonly Outcome[], followUp: boolean): readonly News[] {
  const news = outcomes.map((outcome): News => ({ outcome, event: run.book.settle(outcome), followUp }));
  outbox.add(news.map((one) => one.event));
  return news;
}

/** News are carried out and told; so is every cancel that is for real. The rest was reported before. */
function isDue(run: Run, verdict: Verdict): boolean {
  return run.book.isNews(verdict) || isReal(verdict);
}

/** A cancel that is only observed may be held back at its last look in every sweep; that is told once as well. */
function wasTold(run: Run, { did, verdict }: Outcome): boolean {
  return did === 'held-back' && verdict.mode === 'observe' && !run.book.isNews(verdict);
}

/** Carries out what is planned, and says what was reported before. */
async function carriedOut(run: Run, outbox: Outbox, due: readonly Verdict[]) {
  const outcomes = await carryOut(run, due);
  const told = outcomes.filter((outcome) => wasTold(run, outcome));
  const fresh = outcomes.filter((outcome) => !told.includes(outcome));
  return { told, news: settle(run, outbox, fresh, false) };
}

function say(run: Run, outbox: Outbox, all: Report): Said {
  const said = report(run, all);
  outbox.add(said.events);
  return said;
}

type ForReal = Omit<Acted, 'repeated'> & { readonly told: readonly Outcome[] };

/** Nothing of the plan is done, since it is not on record. What was handled first is, and is brought to its end. */
async function undone(
  run: Run,
  outbox: Outbox,
  about: { readonly all: Report; readonly said: Said; readonly real: readonly Verdict[]; readonly first: First },
): Promise<ForReal> {
  const { all, said, real, first } = about;
  if (first.granted.length === 0) return { news: [], told: [], said, later: [], generation: undefined };
  const later = settle(run, outbox, [...(await first.outcomes), ...real.map(notRecorded)], false);
  return { news: [...all.news, ...later], told: [], said, later, generation: first.generation };
}

/**
 * What is known is told before anything is cancelled, and goes into the ledger with the plan: some cancels wait for their
 * instant, and nothing that is published beside them may be unknown to the ledger.
 */
async function cancelForReal(
  run: Run,
  outbox: Outbox,
  all: Report,
  { due, near, first }: Beside & { readonly due: readonly Verdict[] },
): Promise<ForReal> {
  const said = say(run, outbox, all);
  const { kept } = said;
  const pastBreaker = all.plan.breaker.open && !all.now.breakerClosed;
  const real = due.filter(isReal);
  const generation = await intend(run, outbox, real, { pastBreaker, kept, generation: first.generation });
  if (generation === undefined) return undone(run, outbox, { all, said, real, first });
  const verdicts = [...first.granted, ...all.plan.verdicts];
  const late = openLate(run, outbox, { verdicts, seen: all.sight.seen, kept, generation });
  const [{ told, news }, before, outcomes] = await Promise.all([
    carriedOut(run, outbox, due),
    first.outcomes,
    waitForNear(run, near, late),
    outbox.flush(),
  ]);
  const later = [...news, ...settle(run, outbox, [...before, ...outcomes], false)];
  return { news: [...all.news, ...later], told, said, later, generation: late.generation() };
}

/** Tells what is known, carries out what is planned, and brings to its end what was handled first. */
export async function act(run: Run, outbox: Outbox, all: Report, beside: Beside): Promise<Acted> {
  const { verdicts } = all.plan;
  const { first } = beside;
  const near = worthWaiting(run, beside.near, verdicts, all.now);
  const due = verdicts.filter((verdict) => isDue(run, verdict));
  const spared = due.filter((verdict) => !isPlanned(verdict)).map((verdict) => withoutCancel(run, verdict));
  const soFar = { ...all, news: [...all.news, ...settle(run, outbox, spared, false)] };
  const before = verdicts.filter((verdict) => !due.includes(verdict)).map((verdict) => withoutCancel(run, verdict));
  if (due.some(isReal) || near.length + first.granted.length > 0) {
    const { told, ...acted } = await cancelForReal(run, outbox, soFar, { due, near, first });
    return { ...acted, repeated: acted.generation === undefined ? [] : [...before, ...told] };
  }
  const { told, news } = await carriedOut(run, outbox, due);
  const whole = { ...soFar, news: [...soFar.news, ...news] };
  const said = say(run, outbox, whole);
  return { news: whole.news, repeated: [...before, ...told], said, later: [], generation: run.before.generation };
}
