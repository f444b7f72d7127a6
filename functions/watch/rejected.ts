import { policyEvent } from '../../shared/audit/sweep-event.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { isKept } from './begin.ts';
import { eventContext } from './report.ts';
import { completedLine } from './completed-line.ts';
import { summarise, type Summary } from './summary.ts';
import type { Standing } from './troubles.ts';
import type { Run, World } from './world.ts';

const maxSaid = 10;

function sentence({ file, line, where, says, try: cure }: Problem): string {
  const at = line === undefined ? where : `line ${line}`;
  return `${file ?? 'policy'}, ${at}: ${says} ${cure}`;
}

function keyOf(state: PolicyState): string {
  return `policy:${state.rejectedSha256 ?? 'unreadable'}`;
}

function subjectOf(state: PolicyState) {
  return { sha256: state.rejectedSha256 ?? 'unreadable', where: state.problems[0]?.file ?? 'the policy' };
}

/** What goes on while the newest edit is rejected, in words. */
function whatStands(run: Run, state: PolicyState): Pick<Standing['trouble'], 'title' | 'standsFor'> & { why: string } {
  const said = 'The policy as it is written now does not validate; the last good one stays';
  if (isKept(run.world, state))
    return { why: `${said} in force.`, title: 'The policy was rejected: the one before it stays in force' };
  return {
    why: `${said}, and only observes.`,
    title: 'The policy was rejected: nothing is cancelled until it is mended',
    standsFor: ['mode'],
  };
}

/** A policy edit that does not validate, as a standing trouble; empty when the policy in force is the one as written. */
export function policyTroubles(run: Run, state: PolicyState): readonly Standing[] {
  if (state.standing === 'current') return [];
  const context = eventContext(run);
  const { why, title, ...stands } = whatStands(run, state);
  const says = state.problems.slice(0, maxSaid).map(sentence);
  return [
    {
      key: keyOf(state),
      event: policyEvent({
        name: 'policy.rejected',
        context,
        why,
        subject: subjectOf(state),
        problems: state.problems,
      }),
      trouble: {
        code: 'policy-rejected',
        title,
        lines: [why, ...says],
        ...stands,
      },
      toldAfterMs: 0,
    },
  ];
}

async function tellOnce(world: World, state: PolicyState, sweepId: string, why: string): Promise<void> {
  const { document, generation } = await world.ledger.read();
  const key = keyOf(state);
  if (document.troubles[key] !== undefined) return;
  const nowMs = world.clock.now();
  const modes = { setting: world.settings.mode, policy: null };
  const context = { source: world.settings.source, sweepId, nowMs, policy: null, modes };
  const event = policyEvent({
    name: 'policy.rejected',
    context,
    why,
    subject: subjectOf(state),
    problems: state.problems,
  });
  const [result] = await world.trail.publish([event]);
  if (result?.accepted !== true) return;
  const troubles = { ...document.troubles, [key]: nowMs };
  await world.ledger.swap({ ...document, troubles }, generation);
}

const nothingSeen = {
  sight: { targets: [], seen: 0 },
  rules: {},
  measured: { phasesMs: {}, calls: undefined },
  outcomes: [],
  breaker: { open: false, planned: 0, why: '' },
};

/** A sweep without any policy that was ever good: nothing is listed and nothing cancelled, and that is said loudly. */
export async function withoutPolicy(
  world: World,
  state: PolicyState,
  sweep: { readonly sweepId: string; readonly startedAtMs: number },
): Promise<Summary> {
  const why = 'There is no policy that was ever good: nothing is watched.';
  if (world.part?.speaks !== false) await tellOnce(world, state, sweep.sweepId, why);
  const troubles = [why, ...state.problems.slice(0, maxSaid).map(sentence)];
  const events = { published: 0, waiting: 0 };
  const ending = {
    ...sweep,
    ...nothingSeen,
    state,
    mode: 'observe' as const,
    endedAtMs: world.clock.now(),
    events,
    troubles,
  };
  const summary: Summary = { ...summarise(ending), status: 'failed' };
  world.log({ ...completedLine(summary), severity: 'CRITICAL', message: troubles.join(' ') });
  return summary;
}
