import { withGranted } from '../../shared/evaluate/plan-beside.ts';
import { jobName } from '../../shared/jobs/job.ts';
import type { Outcome } from '../../shared/jobs/verdict.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { act, settle, type Acted } from './act.ts';
import { begin, settingOf } from './begin.ts';
import { circumstancesOf } from './circumstances.ts';
import { cancelFirst, type First } from './due-first.ts';
import { followMissing, followUp, withdrawn } from './follow-up.ts';
import { handOver } from './foresee.ts';
import { find, type Found } from './look.ts';
import { withOwner } from './owners.ts';
import { openOutbox, type Outbox } from './publish.ts';
import { readReceipts } from './receipts.ts';
import { record } from './record.ts';
import { formerPolicy, policyChange } from './policy-change.ts';
import { policyTroubles, withoutPolicy } from './rejected.ts';
import { giveBack, reserved } from './reserve.ts';
import { completedLine } from './completed-line.ts';
import { measuring } from './measured.ts';
import { decisionLine, summarise, type Summary } from './summary.ts';
import type { Run, World } from './world.ts';

function completeTargets({ sight }: Found): ReadonlySet<string> {
  return new Set(sight.targets.filter(({ complete }) => complete).map(({ target }) => target));
}

/** The stories that a listing shows to be over. */
async function overIn(run: Run, found: Found): Promise<readonly Outcome[]> {
  return [...(await followMissing(run, found.seen, completeTargets(found))), ...withdrawn(run, found.innocent)];
}

/** What was found, without the jobs that were handled before they were listed. */
function unhandled(found: Found, { granted, unrecorded }: First): Pick<Found, 'verdicts' | 'near'> {
  const handled = new Set([...granted, ...unrecorded.map(({ verdict }) => verdict)].map(({ job }) => jobName(job)));
  return {
    verdicts: found.verdicts.filter(({ job }) => !handled.has(jobName(job))),
    near: found.near.filter(({ verdict }) => !handled.has(jobName(verdict.job))),
  };
}

/** The plan for what was found, after that for what was handled first, with all that it was made from. */
async function planned(run: Run, { sight, foreseen }: Found, about: Pick<Found, 'verdicts'> & { first: First }) {
  const stopped = await run.world.stop();
  if (stopped?.unreadable === true) run.troubles.push(stopped.why);
  const now = withGranted(circumstancesOf(run, sight.seen, stopped), about.first.granted);
  const owned = about.verdicts.map((verdict) => withOwner(run, verdict));
  const made = await reserved(run, owned, now);
  return { sight, stopped, ...made, foreseen: handOver(run, foreseen, { plan: made.plan, seen: sight.seen }) };
}

function logDecisions({ world, context }: Run, { news, repeated }: Pick<Acted, 'news' | 'repeated'>): void {
  for (const { outcome } of news) world.log(decisionLine(context.sweepId, outcome, true));
  for (const outcome of repeated) world.log(decisionLine(context.sweepId, outcome, false));
}

/** Follows up what earlier sweeps left open, and lists everything. */
async function lookedAt(run: Run, outbox: Outbox, measured: ReturnType<typeof measuring>) {
  const followed = settle(run, outbox, await followUp(run), true);
  measured.ended('followUp');
  const found = await find(run);
  measured.ended('list');
  return { followed, found };
}

/** Looks at everything and makes the plan. What was handed over does not wait for that: it is handled beside it. */
async function prepared(run: Run, outbox: Outbox, measured: ReturnType<typeof measuring>) {
  const [first, { followed, found }] = await Promise.all([cancelFirst(run, outbox), lookedAt(run, outbox, measured)]);
  const over = settle(run, outbox, await overIn(run, found), true);
  const news = [...followed, ...over, ...settle(run, outbox, first.unrecorded, false)];
  const { verdicts, near } = unhandled(found, first);
  return { found, all: { news, ...(await planned(run, found, { verdicts, first })) }, beside: { near, first } };
}

async function sweepWith(run: Run, state: PolicyState): Promise<Summary> {
  const { world, troubles, context, startedAtMs } = run;
  const outbox = openOutbox(world.trail, run.before.document.outbox, world.log);
  const former = formerPolicy(run, state);
  const measured = measuring(run);
  await readReceipts(run);
  measured.ended('prepare');
  const { found, all, beside } = await prepared(run, outbox, measured);
  const { sight, rules } = found;
  const policy = { policyTroubles: policyTroubles(run, state), policyChange: policyChange(run, await former) };
  const acted = await act(run, outbox, { ...all, ...policy }, beside);
  const outcomes = [...acted.news.map((one) => one.outcome), ...acted.repeated];
  measured.ended('act');
  if (acted.generation !== undefined) await record(run, outbox, { ...acted, sight, rules, outcomes }, acted.generation);
  await giveBack(run, outcomes);
  measured.ended('record');
  logDecisions(run, acted);
  return summarise({
    sweepId: context.sweepId,
    mode: settingOf(world, state),
    startedAtMs,
    endedAtMs: world.clock.now(),
    state,
    sight,
    rules,
    measured: measured.soFar(),
    outcomes,
    breaker: all.plan.breaker,
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
  const begun = await begin(world, state, { policy, version }, { sweepId, startedAtMs, snapshot });
  const run = world.handOut === undefined ? begun : { ...begun, part: await world.handOut(begun) };
  const summary = await sweepWith(run, state);
  world.log(completedLine(summary));
  return summary;
}
