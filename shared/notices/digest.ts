import { createHash } from 'node:crypto';
import type { Owner } from '../jobs/owner.ts';
import type { End, Holder } from '../jobs/verdict.ts';
import type { Policy } from '../policy/schema.ts';
import { noticeJob, type Tell } from './notice-job.ts';
import { maxJobs, receiverKey, type Notice, type Phase } from './notice.ts';
import { chainsFor, operatorsChain, type Chain } from './route.ts';
import { oneLine } from './text.ts';

/** The part of a policy that says who is told what. */
export type NoticePolicy = Pick<Policy, 'operators' | 'observe' | 'owners' | 'routes' | 'groups' | 'notices'>;

/** Something about Jobwarden itself that the operators have to know. */
export interface Trouble {
  /** `breaker-open`, `policy-rejected`, `target-failing` …: makes two troubles of one sweep two notices. */
  readonly code: string;
  readonly title: string;
  /** What happened, what it means, what to do next: sentences, at most 20. */
  readonly lines: readonly string[];
  /**
   * Verdicts held back for these reasons are listed in this notice instead of being told one by one: `breaker` for an
   * open breaker, `mode` for a policy that was rejected.
   */
  readonly standsFor?: readonly Holder[];
}

/** The sweep that the notices are about. */
export interface NoticeContext {
  readonly sweepId: string;
  readonly atMs: number;
  readonly policy: Notice['policy'];
}

/** Everything of one sweep that somebody may have to be told of. */
export interface Tidings {
  readonly tells: readonly Tell[];
  readonly troubles: readonly Trouble[];
}

interface Group {
  readonly phase: Phase;
  readonly owner: Owner;
  readonly receivers: Chain;
  /** Whether it is about the jobs of several owners: told to the operators in their stead. */
  readonly ofMany: boolean;
  readonly tells: Tell[];
  readonly trouble?: Trouble;
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

function operators(policy: NoticePolicy): Owner {
  return { name: 'operators', kind: 'team', foundBy: 'operators of the policy', reach: policy.operators ?? {} };
}

function ownerOf(tell: Tell, policy: NoticePolicy): Owner {
  const reach = policy.owners.fallback ?? policy.operators ?? {};
  return tell.outcome.verdict.owner ?? { name: 'nobody', kind: 'fallback', foundBy: 'no step', reach };
}

type Audience = Pick<Group, 'owner' | 'receivers' | 'ofMany'>;

function audiencesOf(tell: Tell, phase: Phase, policy: NoticePolicy): readonly Audience[] {
  if (phase === 'would-have' && policy.observe.tell === 'nobody') return [];
  if (phase === 'would-have' && policy.observe.tell === 'operators')
    return [{ owner: operators(policy), receivers: operatorsChain(policy), ofMany: true }];
  const owner = ownerOf(tell, policy);
  const { rule, action } = tell.outcome.verdict;
  const about = { event: tell.eventName, rule, action, job: tell.outcome.job };
  return chainsFor(about, owner, policy).map((receivers) => ({ owner, receivers, ofMany: false }));
}

function groupKey({ phase, owner, receivers }: Group): string {
  return JSON.stringify([phase, owner.name, owner.kind, receivers.map(receiverKey)]);
}

function byCost(a: Tell, b: Tell): number {
  const [one, other] = [a.outcome.job, b.outcome.job];
  return (
    (other.slotMs ?? 0) - (one.slotMs ?? 0) ||
    (one.createdAtMs ?? Infinity) - (other.createdAtMs ?? Infinity) ||
    (a.case < b.case ? -1 : 1)
  );
}

function idOf(group: Group, context: NoticeContext): string {
  const cases = group.tells.map((tell) => `${tell.case}#${tell.attempt}`).sort();
  const all = [context.sweepId, groupKey(group), group.trouble?.code ?? '', cases];
  return `notice-${createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 40)}`;
}

function countsOf(tells: readonly Tell[]): Partial<Record<End, number>> {
  const counts: Partial<Record<End, number>> = {};
  for (const { outcome } of tells) counts[outcome.did] = (counts[outcome.did] ?? 0) + 1;
  return counts;
}

function helpOf(policy: NoticePolicy): Notice['help'] {
  const { askIn, exemptionUrl, runbookUrl } = policy.notices.help;
  const ask = askIn ?? policy.operators?.slack ?? policy.operators?.email;
  return { askIn: ask === undefined ? undefined : oneLine(ask, 300), exemptionUrl, runbookUrl };
}

function noticeOf(group: Group, policy: NoticePolicy, context: NoticeContext): Notice {
  const { owner, receivers, phase, trouble } = group;
  const tells = group.tells.toSorted(byCost);
  const { showQuery } = policy.notices;
  const shown = { showQuery, receivers, atMs: context.atMs, namesOwners: group.ofMany };
  return {
    id: idOf(group, context),
    phase,
    owner: { ...owner, name: oneLine(owner.name, 300), foundBy: oneLine(owner.foundBy, 300) },
    receivers: receivers.slice(0, 10),
    mode: phase === 'would-have' ? 'observe' : (tells[0]?.outcome.verdict.mode ?? 'observe'),
    sweepId: context.sweepId,
    atMs: context.atMs,
    policy: context.policy,
    jobs: tells.slice(0, maxJobs).map((tell) => noticeJob(tell, shown)),
    moreJobs: Math.max(0, tells.length - maxJobs),
    counts: countsOf(tells),
    help: helpOf(policy),
    ...(trouble === undefined
      ? {}
      : {
          trouble: {
            title: oneLine(trouble.title, 300),
            lines: trouble.lines.slice(0, 20).map((line) => oneLine(line, 1000)),
          },
        }),
  };
}

function troubleGroup(trouble: Trouble, tells: readonly Tell[], policy: NoticePolicy): Group {
  const held = tells.filter((tell) => isStoodFor(tell, [trouble]));
  const audience = { owner: operators(policy), receivers: operatorsChain(policy), ofMany: true };
  return { phase: 'trouble', ...audience, tells: held, trouble };
}

// Only what was held back can be stood for: what was done to a job is always told to its owner.
function isStoodFor({ outcome: { did, verdict } }: Tell, troubles: readonly Trouble[]): boolean {
  const by = verdict.heldBack?.by;
  const undone = did === 'held-back' || did === 'would-have-been-cancelled' || did === 'would-have-been-warned';
  return undone && by !== undefined && troubles.some((trouble) => trouble.standsFor?.includes(by) === true);
}

/**
 * One notice per owner, phase and receivers of a sweep, and one to the operators per trouble. The ten costliest jobs
 * (by slot time, then age) are named, the rest is counted. Pure: the same sweep gives the same notices with the same ids.
 */
export function digest(tidings: Tidings, policy: NoticePolicy, context: NoticeContext): readonly Notice[] {
  const groups = new Map<string, Group>();
  for (const tell of tidings.tells) {
    const phase = phaseOf(tell);
    if (phase === undefined || isStoodFor(tell, tidings.troubles)) continue;
    for (const audience of audiencesOf(tell, phase, policy)) {
      const group: Group = { phase, ...audience, tells: [] };
      const known = groups.get(groupKey(group)) ?? group;
      known.tells.push(tell);
      groups.set(groupKey(group), known);
    }
  }
  const troubles = tidings.troubles.map((trouble) => troubleGroup(trouble, tidings.tells, policy));
  return [...troubles, ...groups.values()].map((group) => noticeOf(group, policy, context));
}
