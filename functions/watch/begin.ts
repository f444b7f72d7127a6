import { compile, type Compiled, type Deployment, type ToldState } from '../../shared/evaluate/compile.ts';
import { costsOf } from '../../shared/evaluate/cost.ts';
import { modesOf, softestOf } from '../../shared/evaluate/evaluate.ts';
import type { Charge } from '../../shared/evaluate/hold.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Mode } from '../../shared/jobs/verdict.ts';
import { wouldHaveBeenToldAt } from '../../shared/ledger/case.ts';
import type { Case } from '../../shared/ledger/document.ts';
import { keptBefore } from '../../shared/ledger/kept.ts';
import type { Snapshot } from '../../shared/ledger/ledger.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { openBook } from './book.ts';
import { retriesIn } from './circumstances.ts';
import { sweepTimes } from './clock.ts';
import { discover, type Discovered } from './discover.ts';
import { readLookups, type LookupsRead } from './lookups.ts';
import { wholeOf } from './part.ts';
import type { Run, World } from './world.ts';

/** A policy that may be used, with its version. */
export interface Usable {
  readonly policy: Policy;
  readonly version: NonNullable<PolicyState['version']>;
}

/** Whether the last good policy stays in force as it was: its newest edit was rejected, and the deployment keeps it then. */
export function isKept({ settings }: World, { standing, rejectedSha256 }: PolicyState): boolean {
  return settings.ifRejected === 'keep' && standing === 'last-good' && rejectedSha256 !== undefined;
}

/** The ceiling of this sweep: a policy whose newest edit was rejected only observes, unless the deployment keeps it. */
export function settingOf(world: World, state: PolicyState): Mode {
  return state.standing === 'current' || isKept(world, state) ? world.settings.mode : 'observe';
}

/** Why a sweep observes although the deployment would enforce; empty where there is no such reason. */
function rejection(world: World, { standing, rejectedSha256 }: PolicyState): Pick<Deployment, 'settingSays'> {
  if (standing === 'current' || world.settings.mode === 'observe') return {};
  const isRejected = rejectedSha256 !== undefined;
  return { settingSays: isRejected ? 'the newest edit of the policy was rejected' : 'the policy cannot be read now' };
}

/** What this deployment adds to the policy in this sweep. */
function deploymentOf(world: World, state: PolicyState, { prices }: Policy): Deployment {
  return {
    setting: settingOf(world, state),
    ...rejection(world, state),
    ownPrincipal: world.settings.ownPrincipal,
    costs: costsOf(prices),
  };
}

/** What the owner of a job was told; where the rule only observes, what would have been said counts as told. */
function toldOf(compiled: Compiled, known: Case | undefined, { job, rule: name }: Charge): ToldState | undefined {
  const told = known?.told[name];
  const rule = compiled.policy.rules.find((one) => one.name === name);
  if (told !== undefined || known === undefined || rule === undefined) return told;
  if (softestOf(modesOf(compiled, job, rule)) === 'enforce') return undefined;
  const atMs = wouldHaveBeenToldAt(known, name);
  return atMs === undefined ? undefined : { atMs, receipt: { how: 'delivered', atMs } };
}

const noTarget = 'There is nothing to look in: the policy names no project, and none was found.';

function troublesIn({ targetModes }: Compiled, discovered: Discovered, lookups: LookupsRead): string[] {
  return [
    ...(targetModes.size + discovered.failed.length === 0 ? [noTarget] : []),
    ...discovered.troubles,
    ...lookups.troubles.map(({ trouble }) => trouble.lines.join(' ')),
  ];
}

/** Makes everything ready for one sweep: the policy compiled, the engines opened, the book opened, the time shared out. */
export async function begin(
  world: World,
  state: PolicyState,
  usable: Usable,
  sweep: { readonly sweepId: string; readonly startedAtMs: number; readonly snapshot: Snapshot },
): Promise<Run> {
  const { policy, version } = usable;
  const { startedAtMs, snapshot, sweepId } = sweep;
  const names = [...new Set(policy.targets.map((target) => target.engine))];
  const { sha256, where } = version;
  const context = { source: world.settings.source, sweepId, policy: { sha256, where } };
  const book = openBook(snapshot.document, { ...context, repeatMs: policy.notices.repeatMs }, () => world.clock.now());
  const told = (job: Job, rule: string) => toldOf(compiled, book.caseOf(job), { job, rule });
  const [opened, lookups] = await Promise.all([world.engines(names), readLookups(world.policy, policy)]);
  const until = (ms: number) => ({ untilMs: startedAtMs + ms, signal: world.clock.after(ms) });
  const part = world.part ?? wholeOf(startedAtMs);
  const by = { nowMs: world.clock.now(), budget: until(sweepTimes.discoverMs), found: part.found };
  const discovered = await discover(policy, opened.sources, snapshot.document, by);
  const kept = (job: Job) => keptBefore(snapshot.document, job, world.clock.now());
  const deployment = { ...deploymentOf(world, state, policy), told, keptBefore: kept, found: discovered.found };
  const compiled = compile(policy, deployment);
  return {
    world,
    part,
    context,
    startedAtMs,
    compiled,
    textSha256: state.rejectedSha256 ?? sha256,
    opened,
    discovered,
    book,
    before: snapshot,
    retriesOf: (job, withinMs) => retriesIn(snapshot.document.attempts, job, world.clock.now() - withinMs),
    lookups,
    listing: until(sweepTimes.listMs),
    acting: until(sweepTimes.recordMs),
    cancelByMs: startedAtMs + sweepTimes.cancelMs,
    troubles: troublesIn(compiled, discovered, lookups),
  };
}
