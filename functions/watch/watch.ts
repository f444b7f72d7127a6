import { planIn, isPlanned } from '../../shared/evaluate/safety.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { begin, settingOf } from './begin.ts';
import { carryOut, withoutCancel } from './carry-out.ts';
import { circumstancesOf } from './circumstances.ts';
import { followMissing, followUp, withdrawn } from './follow-up.ts';
import { intend, isReal } from './intend.ts';
import { find, type Found } from './look.ts';
import { withOwner } from './owners.ts';
import { openOutbox, type Outbox } from './publish.ts';
import { readReceipts } from './receipts.ts';
import { record, type Result } from './record.ts';
import { report, type Report, type Said } from './report.ts';
import { formerPolicy, policyChange } from './policy-change.ts';
import { policyTroubles, withoutPolicy } from './rejected.ts';
import { completedLine } from './completed-line.ts';
import { measuring } from './measured.ts';
import { decisionLine, summarise, type Summary } from './summary.ts';
import type { News } from './tell.ts';
import type { Run, World } from './world.ts';

/** What a plan came to. `repeated` was reported by an earlier sweep and is not told again. */
interface Acted extends Pick<Result, 'news' | 'said' | 'later'> {
  readonly repeated: readonly Outcome[];
  /** The ledger's generation by now; undefined: nothing was recorded, and this one did not happen. */
  readonly generation: string | undefined;
}

function settle(run: Run, outbox: Outbox, outcomes: readonly Outcome[], followUp: boolean): readonly News[] {
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

/**
 * What is known is told before anything is cancelled, and goes into the ledger with the plan: some cancels wait for their
 * instant, and nothing that is published beside them may be unknown to the ledger.
 */
async function cancelForReal(
  run: Run,
  outbox: Outbox,
  all: Report,
  due: readonly Verdict[],
): Promise<Omit<Acted, 'repeated'> & { readonly told: readonly Outcome[] }> {
  const said = say(run, outbox, all);
  const pastBreaker = all.plan.breaker.open && !all.now.breakerClosed;
  const generation = await intend(run, outbox, due.filter(isReal), { pastBreaker, kept: said.kept });
  if (generation === undefined) return { news: [], told: [], said, later: [], generation };
  const [{ told, news }] = await Promise.all([carriedOut(run, outbox, due), outbox.flush()]);
  return { news: [...all.news, ...news], told, said, later: news, generation };
}

async function act(run: Run, outbox: Outbox, all: Report): Promise<Acted> {
  const { verdicts } = all.plan;
  const due = verdicts.filter((verdict) => isDue(run, verdict));
  const spared = due.filter((verdict) => !isPlanned(verdict)).map((verdict) => withoutCancel(run, verdict));
  const soFar = { ...all, news: [...all.news, ...settle(run, outbox, spared, false)] };
  const before = verdicts.filter((verdict) => !due.includes(verdict)).map((verdict) => withoutCancel(run, verdict));
  if (due.some(isReal)) {
    const { told, ...acted } = await cancelForReal(run, outbox, soFar, due);
    return { ...acted, repeated: acted.generation === undefined ? [] : [...before, ...told] };
  }
  const { told, news } = await carriedOut(run, outbox, due);
  const whole = { ...soFar, news: [...soFar.news, ...news] };
  const said = say(run, outbox, whole);
  return { news: whole.news, repeated: [...before, ...told], said, later: [], generation: run.before.generation };
}

function completeTargets({ sight }: Found): ReadonlySet<string> {
  return new Set(sight.targets.filter(({ complete }) => complete).map(({ target }) => target));
}

async function planned(run: Run, { verdicts, sight }: Found) {
  const stopped = await run.world.stop();
  if (stopped?.unreadable === true) run.troubles.push(stopped.why);
  const now = circumstancesOf(run, sight.seen, stopped);
  const owned = verdicts.map((verdict) => withOwner(run, verdict));
  return { stopped, now, plan: planIn(run.compiled, owned, now) };
}

function logDecisions({ world, context }: Run, { news, repeated }: Pick<Acted, 'news' | 'repeated'>): void {
  for (const { outcome } of news) world.log(decisionLine(context.sweepId, outcome, true));
  for (const outcome of repeated) world.log(decisionLine(context.sweepId, outcome, false));
}

async function sweepWith(run: Run, state: PolicyState): Promise<Summary> {
  const { world, troubles, context } = run;
  const outbox = openOutbox(world.trail, run.before.document.outbox, world.log);
  const former = formerPolicy(run, state);
  const measured = measuring(run);
  await readReceipts(run);
  measured.ended('prepare');
  const followed = settle(run, outbox, await followUp(run), true);
  measured.ended('followUp');
  const found = await find(run);
  measured.ended('list');
  const over = [...(await followMissing(run, found.seen, completeTargets(found))), ...withdrawn(run, found.innocent)];
  const ended = settle(run, outbox, over, true);
  const { stopped, now, plan } = await planned(run, found);
  const { sight } = found;
  const about = { stopped, policyTroubles: policyTroubles(run, state), policyChange: policyChange(run, await former) };
  const acted = await act(run, outbox, { news: [...followed, ...ended], sight, plan, now, ...about });
  const { news } = acted;
  const outcomes = [...news.map((one) => one.outcome), ...acted.repeated];
  measured.ended('act');
  if (acted.generation !== undefined) await record(run, outbox, { ...acted, sight, outcomes }, acted.generation);
  measured.ended('record');
  logDecisions(run, acted);
  return summarise({
    sweepId: context.sweepId,
    mode: settingOf(world, state),
    startedAtMs: run.startedAtMs,
    endedAtMs: world.clock.now(),
    state,
    sight,
    rules: found.rules,
    measured: measured.soFar(),
    outcomes,
    breaker: plan.breaker,
    events: { published: outbox.published(), waiting: outbox.waiting().length },
    troubles,
  });
}

/**
 * One sweep: list → evaluate → enforce → audit. Never throws for a failing policy, engine, trail or job; what went wrong
 * is in the summary, in the log and in the events. Throws when the ledger cannot be read: nothing is done without it.
 */
export async function sweep(world: World, sweepId: string): Promise<Summary> {
  const startedAtMs = world.clock.now();
  const state = await world.policy.current();
  const { policy, version } = state;
  if (policy === undefined || version === undefined) return withoutPolicy(world, state, { sweepId, startedAtMs });
  const snapshot = await world.ledger.read();
  const run = await begin(world, state, { policy, version }, { sweepId, startedAtMs, snapshot });
  const summary = await sweepWith(run, state);
  world.log(completedLine(summary));
  return summary;
}
