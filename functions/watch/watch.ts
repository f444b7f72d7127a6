import { planIn, isPlanned, type Plan } from '../../shared/evaluate/safety.ts';
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
import { record } from './record.ts';
import { policyTroubles, withoutPolicy } from './rejected.ts';
import { completedLine, decisionLine, summarise, type Summary } from './summary.ts';
import type { News } from './tell.ts';
import type { Run, World } from './world.ts';

/** What a plan came to. `repeated` was reported by an earlier sweep and is not told again. */
interface Acted {
  readonly news: readonly News[];
  readonly repeated: readonly Outcome[];
  /** The ledger's generation by now; undefined: another sweep wrote first, and this one did not happen. */
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

async function act(run: Run, outbox: Outbox, plan: Plan): Promise<Acted> {
  const due = plan.verdicts.filter((verdict) => isDue(run, verdict));
  const real = due.filter(isReal);
  const generation = real.length === 0 ? run.before.generation : await intend(run, outbox, real, plan.breaker.open);
  if (generation === undefined) return { news: [], repeated: [], generation };
  const spared = due.filter((verdict) => !isPlanned(verdict)).map(withoutCancel);
  const news = settle(run, outbox, spared, false);
  const [cancels] = await Promise.all([carryOut(run, due), real.length === 0 ? undefined : outbox.flush()]);
  const told = cancels.filter((outcome) => wasTold(run, outcome));
  const fresh = cancels.filter((outcome) => !told.includes(outcome));
  return {
    news: [...news, ...settle(run, outbox, fresh, false)],
    repeated: [...plan.verdicts.filter((verdict) => !due.includes(verdict)).map(withoutCancel), ...told],
    generation,
  };
}

function completeTargets({ sight }: Found): ReadonlySet<string> {
  return new Set(sight.targets.filter(({ complete }) => complete).map(({ target }) => target));
}

async function sweepWith(run: Run, state: PolicyState): Promise<Summary> {
  const { world, troubles, context } = run;
  const outbox = openOutbox(world.trail, run.before.document.outbox, world.log);
  await readReceipts(run);
  const followed = settle(run, outbox, await followUp(run), true);
  const found = await find(run);
  const over = [...(await followMissing(run, found.seen, completeTargets(found))), ...withdrawn(run, found.innocent)];
  const ended = settle(run, outbox, over, true);
  const owned = found.verdicts.map((verdict) => withOwner(verdict, run.compiled.policy));
  const now = await circumstancesOf(run, found.sight.seen);
  const plan = planIn(run.compiled, owned, now);
  const acted = await act(run, outbox, plan);
  const news = [...followed, ...ended, ...acted.news];
  const outcomes = [...news.map((one) => one.outcome), ...acted.repeated];
  const all = { news, outcomes, sight: found.sight, plan, now, policyTroubles: policyTroubles(run, state) };
  if (acted.generation === undefined) troubles.push('Another sweep wrote to the ledger first; this one did nothing.');
  else await record(run, outbox, all, acted.generation);
  for (const { outcome } of news) world.log(decisionLine(context.sweepId, outcome, true));
  for (const outcome of acted.repeated) world.log(decisionLine(context.sweepId, outcome, false));
  return summarise({
    sweepId: context.sweepId,
    mode: settingOf(world, state),
    startedAtMs: run.startedAtMs,
    endedAtMs: world.clock.now(),
    state,
    sight: found.sight,
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
