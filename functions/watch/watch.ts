import { planOf, isPlanned, type Plan } from '../../shared/evaluate/safety.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import type { Snapshot } from '../../shared/ledger/ledger.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { begin, settingOf, type Usable } from './begin.ts';
import { carryOut, withoutCancel } from './carry-out.ts';
import { followUp } from './follow-up.ts';
import { intend } from './intend.ts';
import { find } from './look.ts';
import { withOwner } from './owners.ts';
import { policyTroubles, withoutPolicy } from './rejected.ts';
import { publisher, type Publisher } from './publish.ts';
import { report } from './report.ts';
import { completedLine, decisionLine, summarise, type Ending, type Summary } from './summary.ts';
import type { News } from './tell.ts';
import type { Run, World } from './world.ts';

/** What a plan came to. `repeated` was reported by an earlier sweep and is not told again. */
interface Acted {
  readonly news: readonly News[];
  readonly repeated: readonly Outcome[];
  readonly generation: string | undefined;
}

async function publishNews(run: Run, publisher: Publisher, outcomes: readonly Outcome[], followUp: boolean) {
  const news = outcomes.map((outcome): News => ({ outcome, event: run.book.settle(outcome), followUp }));
  await publisher.publish(news.map((one) => one.event));
  return news;
}

/** News are carried out and told; so is every cancel that is for real. The rest was reported before. */
function isDue(run: Run, verdict: Verdict): boolean {
  return run.book.isNews(verdict) || (isPlanned(verdict) && verdict.mode === 'enforce');
}

/** A cancel that is only observed may be held back at its last look in every sweep; that is told once as well. */
function wasTold(run: Run, { did, verdict }: Outcome): boolean {
  return did === 'held-back' && verdict.mode === 'observe' && !run.book.isNews(verdict);
}

async function act(run: Run, publisher: Publisher, plan: Plan, generation: string): Promise<Acted> {
  const due = plan.verdicts.filter((verdict) => isDue(run, verdict));
  const intent = await intend(run, publisher, due, generation);
  const spared = intent.verdicts.filter((verdict) => !isPlanned(verdict)).map(withoutCancel);
  const spokenOf = await publishNews(run, publisher, spared, false);
  const cancels = await carryOut(run, intent.verdicts);
  const told = cancels.filter((outcome) => wasTold(run, outcome));
  const fresh = cancels.filter((outcome) => !told.includes(outcome));
  return {
    news: [...spokenOf, ...(await publishNews(run, publisher, fresh, false))],
    repeated: [...plan.verdicts.filter((verdict) => !due.includes(verdict)).map(withoutCancel), ...told],
    generation: intent.generation,
  };
}

async function sweepWith(run: Run, snapshot: Snapshot, state: PolicyState): Promise<Ending> {
  const { world, book, troubles } = run;
  const out = publisher(world.trail, snapshot.document.outbox, world.log);
  const followed = await publishNews(run, out, await followUp(run), true);
  const { sight, verdicts } = await find(run);
  const owned = verdicts.map((verdict) => withOwner(verdict, run.compiled.policy));
  const plan = planOf(run.compiled, owned, sight.seen, world.clock.now());
  const acted = await act(run, out, plan, snapshot.generation);
  const news = [...followed, ...acted.news];
  const outcomes = [...news.map((one) => one.outcome), ...acted.repeated];
  const all = { news, outcomes, sight, breaker: plan.breaker, policyTroubles: policyTroubles(run, state) };
  const kept = await report(run, out, all, snapshot.document);
  if (acted.generation !== undefined) {
    const next = await world.ledger.swap({ ...book.document(out.waiting()), ...kept }, acted.generation);
    if (next === undefined)
      troubles.push('The ledger was written by another sweep meanwhile; outcomes are found again.');
  }
  for (const { outcome } of news) world.log(decisionLine(run.context.sweepId, outcome, true));
  for (const outcome of acted.repeated) world.log(decisionLine(run.context.sweepId, outcome, false));
  return {
    sweepId: run.context.sweepId,
    mode: settingOf(world, state),
    startedAtMs: run.startedAtMs,
    endedAtMs: world.clock.now(),
    state,
    sight,
    outcomes,
    breaker: all.breaker,
    events: { published: out.published(), waiting: out.waiting().length },
    troubles,
  };
}

/**
 * One sweep: list → evaluate → enforce → audit. Never throws for a failing policy, engine, trail or job; what went wrong
 * is in the summary, in the log and in the events.
 */
export async function sweep(world: World, sweepId: string): Promise<Summary> {
  const startedAtMs = world.clock.now();
  const state = await world.policy.current();
  const { policy, version } = state;
  if (policy === undefined || version === undefined) return withoutPolicy(world, state, { sweepId, startedAtMs });
  const snapshot = await world.ledger.read();
  const usable: Usable = { policy, version };
  const run = await begin(world, state, usable, { sweepId, startedAtMs, snapshot });
  const summary = summarise(await sweepWith(run, snapshot, state));
  world.log(completedLine(summary));
  return summary;
}
