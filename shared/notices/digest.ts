import type { Owner } from '../jobs/owner.ts';
import type { Holder } from '../jobs/verdict.ts';
import { isSilenced } from './mute.ts';
import type { Tell } from './notice-job.ts';
import { chainKey, type Notice, type Phase } from './notice.ts';
import { groupKey, noticesOfGroup, type Group, type NoticeContext, type NoticePolicy } from './notice-group.ts';
import { destinationsFor, operatorsChain, type Chain, type Routable } from './route.ts';

/** Something about Jobwarden itself that the operators have to know. */
export interface Trouble {
  /** `breaker-open`, `policy-rejected`, `target-failing` …: makes two troubles of one sweep two notices. */
  readonly code: string;
  /** The audit event that records it, where there is one: what routes and silences go by. */
  readonly event?: string;
  /** What it is about, the same for as long as it lasts; its code where this is left out. */
  readonly about?: string;
  /** That it is over. */
  readonly isOver?: boolean;
  readonly title: string;
  /** What happened, what it means, what to do next: sentences, at most 20. */
  readonly lines: readonly string[];
  /**
   * Verdicts held back for these reasons are listed in this notice instead of being told one by one: `breaker` for an
   * open breaker, `mode` for a policy that was rejected.
   */
  readonly standsFor?: readonly Holder[];
}

/** Everything of one sweep that somebody may have to be told of. */
export interface Tidings {
  readonly tells: readonly Tell[];
  readonly troubles: readonly Trouble[];
  /** What troubles that stand and were told before stand for: jobs held back by it are not told one by one. */
  readonly inhibits?: readonly Holder[];
}

/** What the reader is to learn from an outcome; undefined when it is for the record only. */
function phaseOf(tell: Tell): Phase | undefined {
  switch (tell.outcome.did) {
    case 'warned':
      return 'warned';
    case 'would-have-been-cancelled':
    case 'would-have-been-warned':
      return 'would-have';
    case 'recorded':
    case 'held-back':
    case 'ended':
    case 'withdrawn':
      return undefined;
    case 'cancelled':
    case 'finished-first':
    case 'failed-by-itself':
    case 'gone':
    case 'forbidden':
    case 'unconfirmed':
    case 'error':
      return tell.followUp === true ? 'followed-up' : 'cancelled';
  }
}

/** The operators as an owner: of what is about Jobwarden itself, and of what is only observed. */
function operators(policy: Pick<NoticePolicy, 'operators'>): Owner {
  return { name: 'operators', kind: 'team', foundBy: 'operators of the policy', reach: policy.operators ?? {} };
}

function ownerOf(tell: Tell, policy: NoticePolicy): Owner {
  const reach = policy.owners.fallback ?? policy.operators ?? {};
  return tell.outcome.verdict.owner ?? { name: 'nobody', kind: 'fallback', foundBy: 'no step', reach };
}

function routable(tell: Tell, policy: NoticePolicy): Routable {
  const { rule, action } = tell.outcome.verdict;
  return { event: tell.eventName, rule, action, owner: ownerOf(tell, policy).name, job: tell.outcome.job };
}

type Audience = Pick<Group, 'owner' | 'receivers' | 'ofMany' | 'forOperators'>;

/** What is observed goes to the operators as they are: routes are for what is done. */
export function observers(policy: NoticePolicy): Audience {
  const receivers = operatorsChain(policy).slice(0, 10);
  return { owner: operators(policy), receivers, ofMany: true, forOperators: true };
}

function audiencesOf(tell: Tell, phase: Phase, policy: NoticePolicy): readonly Audience[] {
  if (phase === 'would-have' && policy.observe.tell === 'nobody') return [];
  if (phase === 'would-have' && policy.observe.tell === 'operators') return [observers(policy)];
  const owner = ownerOf(tell, policy);
  return destinationsFor(routable(tell, policy), owner, policy).map(({ chain, isOperators }) => ({
    owner,
    receivers: chain.slice(0, 10),
    ofMany: false,
    forOperators: isOperators,
  }));
}

/** The names of what a notice of this warning is remembered by: who got it, and of which rule and line. */
export function noticeKeys(receivers: Chain, about: { readonly rule: string; readonly line: string }) {
  const key = chainKey(receivers);
  return { thread: key, warning: `${key} ${about.rule} ${about.line}` };
}

/** The earlier notice whose thread this one belongs in; a warning that is repeated stands on its own again. */
function threadOf(
  tell: Tell,
  phase: Phase,
  receivers: Chain,
): { readonly follows?: string; readonly repeated: boolean } {
  const { rule, phase: line } = tell.outcome.verdict;
  const keys = noticeKeys(receivers, { rule, line });
  const repeated = phase === 'warned' && tell.earlier?.[keys.warning] !== undefined;
  const follows = repeated || phase === 'would-have' ? undefined : tell.earlier?.[keys.thread];
  return follows === undefined ? { repeated } : { follows, repeated };
}

/** A warning that the grace of a cancel waits for: muted, the cancel would never come, or come unannounced. */
function isAwaited({ outcome: { did, verdict } }: Tell, policy: NoticePolicy): boolean {
  const rule = policy.rules.find(({ name }) => name === verdict.rule);
  return did === 'warned' && rule?.action === 'cancel' && (rule.graceMs ?? 0) > 0;
}

// Only what was held back can be stood for: what was done to a job is always told to its owner.
function isHeldBy({ outcome: { did, verdict } }: Tell, holders: readonly Holder[]): boolean {
  const by = verdict.heldBack?.by;
  const undone = did === 'held-back' || did === 'would-have-been-cancelled' || did === 'would-have-been-warned';
  return undone && by !== undefined && holders.includes(by);
}

const standFor = (troubles: readonly Trouble[]) => troubles.flatMap(({ standsFor }) => standsFor ?? []);

function isLeftOut(tell: Tell, { troubles, inhibits = [] }: Tidings, policy: NoticePolicy, atMs: number): boolean {
  if (isHeldBy(tell, [...standFor(troubles), ...inhibits])) return true;
  return !isAwaited(tell, policy) && isSilenced(routable(tell, policy), policy, atMs);
}

/** Those that are told to the operators once a day instead of now; none where others hear of what is observed. */
export function forTheDay(tidings: Tidings, policy: NoticePolicy, atMs: number): readonly Tell[] {
  if (policy.observe.tell !== 'operators') return [];
  return tidings.tells.filter((tell) => phaseOf(tell) === 'would-have' && !isLeftOut(tell, tidings, policy, atMs));
}

function troubleGroups(trouble: Trouble, tells: readonly Tell[], policy: NoticePolicy, atMs: number): readonly Group[] {
  const about = { event: trouble.event };
  if (isSilenced(about, policy, atMs)) return [];
  const held = tells.filter((tell) => isHeldBy(tell, standFor([trouble]))).map((tell) => ({ tell, repeated: false }));
  const owner = operators(policy);
  const audience = { owner, ofMany: true, forOperators: true };
  return destinationsFor(about, owner, policy).map(({ chain }) => ({
    phase: 'trouble',
    ...audience,
    receivers: chain.slice(0, 10),
    tells: held,
    trouble,
  }));
}

/** A case that is over without anything having been done: only a channel that keeps an alert of it has to hear that. */
function closings(tell: Tell, policy: NoticePolicy): readonly Audience[] {
  const { did } = tell.outcome;
  if (did !== 'ended' && did !== 'withdrawn') return [];
  const owner = ownerOf(tell, policy);
  return destinationsFor({ ...routable(tell, policy), event: 'job.warned' }, owner, policy)
    .map(({ chain, isOperators }) => ({
      owner,
      receivers: chain.slice(0, 10),
      ofMany: false,
      forOperators: isOperators,
    }))
    .filter(
      ({ receivers }) => receivers[0]?.channel === 'pagerduty' && tell.earlier?.[chainKey(receivers)] !== undefined,
    );
}

function tellGroups(tidings: Tidings, policy: NoticePolicy, atMs: number): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const tell of tidings.tells) {
    const phase = phaseOf(tell);
    if (isLeftOut(tell, tidings, policy, atMs)) continue;
    const audiences = phase === undefined ? closings(tell, policy) : audiencesOf(tell, phase, policy);
    for (const audience of audiences) {
      const group: Group = { phase: phase ?? 'followed-up', ...audience, tells: [] };
      const told = { tell, ...threadOf(tell, group.phase, audience.receivers) };
      const key = `${told.follows === undefined} ${groupKey(group)}`;
      const known = groups.get(key) ?? group;
      groups.set(key, { ...known, tells: [...known.tells, told] });
    }
  }
  return [...groups.values()];
}

/**
 * One notice per owner, phase and receivers of a sweep, and one per trouble. The ten costliest jobs (by slot time, then
 * age) are named; the rest of a warning is named in the thread, any other rest is counted. What belongs to an earlier
 * notice is a notice of its own, and names it. Pure: the same sweep gives the same notices with the same ids.
 */
export function digest(tidings: Tidings, policy: NoticePolicy, context: NoticeContext): readonly Notice[] {
  const { tells, troubles } = tidings;
  const groups = [
    ...troubles.flatMap((trouble) => troubleGroups(trouble, tells, policy, context.atMs)),
    ...tellGroups(tidings, policy, context.atMs),
  ];
  return groups.flatMap((group) => noticesOfGroup(group, policy, context));
}
