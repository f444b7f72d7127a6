import { createHash } from 'node:crypto';
import type { Owner } from '../jobs/owner.ts';
import type { End } from '../jobs/verdict.ts';
import type { Policy } from '../policy/schema.ts';
import { noticeJob, type Tell } from './notice-job.ts';
import { maxJobs, maxThreadJobs, receiverKey, type Notice, type Phase } from './notice.ts';
import type { Chain } from './route.ts';
import { oneLine } from './text.ts';

/** The part of a policy that says who is told what. */
export type NoticePolicy = Pick<
  Policy,
  'operators' | 'observe' | 'owners' | 'routes' | 'groups' | 'notices' | 'channels' | 'silences' | 'timezone' | 'rules'
>;

/** The sweep that the notices are about. */
export interface NoticeContext {
  readonly sweepId: string;
  readonly atMs: number;
  readonly policy: Notice['policy'];
}

/** One outcome in a group: the notice whose thread it belongs in, and whether it was warned of before. */
interface Told {
  readonly tell: Tell;
  readonly follows?: string;
  readonly repeated: boolean;
}

/** What one owner is told in one go: one notice, or a notice and its thread. */
export interface Group {
  readonly phase: Phase;
  readonly owner: Owner;
  readonly receivers: Chain;
  /** Whether it is about the jobs of several owners: told to the operators in their stead. */
  readonly ofMany: boolean;
  /** Whether the readers are those who run Jobwarden. */
  readonly forOperators: boolean;
  readonly tells: readonly Told[];
  readonly trouble?: {
    readonly code: string;
    readonly title: string;
    readonly lines: readonly string[];
    readonly about?: string;
    readonly isOver?: boolean;
  };
}

/** So many messages of a thread at most; what is left then is counted, and told in a later sweep if it still stands. */
const maxThread = 10;

/** What makes outcomes of one sweep one notice. */
export function groupKey({ phase, owner, receivers }: Group): string {
  return JSON.stringify([phase, owner.name, owner.kind, receivers.map(receiverKey)]);
}

function byCost({ tell: a }: Told, { tell: b }: Told): number {
  const [one, other] = [a.outcome.job, b.outcome.job];
  return (
    (other.slotMs ?? 0) - (one.slotMs ?? 0) ||
    (one.createdAtMs ?? Infinity) - (other.createdAtMs ?? Infinity) ||
    (a.case < b.case ? -1 : 1)
  );
}

/** The id of a notice: the same for the same sweep, whatever it is about in the same words. */
export function noticeIdOf(all: unknown): string {
  return `notice-${createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 40)}`;
}

function idOf(group: Group, tells: readonly Told[], context: NoticeContext): string {
  const cases = tells.map(({ tell }) => `${tell.case}#${tell.attempt}`).sort();
  return noticeIdOf([context.sweepId, groupKey(group), group.trouble?.code ?? '', cases]);
}

function countsOf(tells: readonly Told[]): Partial<Record<End, number>> {
  const counts: Partial<Record<End, number>> = {};
  for (const { tell } of tells) counts[tell.outcome.did] = (counts[tell.outcome.did] ?? 0) + 1;
  return counts;
}

/** What every message offers as the next step. */
export function helpOf(policy: Pick<NoticePolicy, 'notices' | 'operators'>): Notice['help'] {
  const { askIn, exemptionUrl, runbookUrl } = policy.notices.help;
  const ask = askIn ?? policy.operators?.slack ?? policy.operators?.email;
  return { askIn: ask === undefined ? undefined : oneLine(ask, 300), exemptionUrl, runbookUrl };
}

/** The thread in which most of the jobs belong; the first of several with as many. */
function threadOf(tells: readonly Told[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { follows } of tells) if (follows !== undefined) counts.set(follows, (counts.get(follows) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function troubleOf({ trouble }: Group): Pick<Notice, 'trouble'> {
  if (trouble === undefined) return {};
  const lines = trouble.lines.slice(0, 20).map((line) => oneLine(line, 1000));
  const about = oneLine(trouble.about ?? trouble.code, 300);
  const isOver = trouble.isOver === true ? { isOver: true } : {};
  return { trouble: { title: oneLine(trouble.title, 300), lines, about, ...isOver } };
}

/** One notice of a group, about these of its outcomes; those after the first ten or twenty are only counted. */
function noticeOf(
  group: Group,
  about: { readonly tells: readonly Told[]; readonly named: number },
  made: { readonly policy: NoticePolicy; readonly context: NoticeContext },
): Notice {
  const { owner, receivers, phase, ofMany, forOperators } = group;
  const { tells, named } = about;
  const { policy, context } = made;
  const shown = { policy, receivers, atMs: context.atMs, namesOwners: ofMany, forOperators };
  const follows = threadOf(tells);
  return {
    id: idOf(group, tells, context),
    phase,
    owner: { ...owner, name: oneLine(owner.name, 300), foundBy: oneLine(owner.foundBy, 300) },
    receivers,
    mode: phase === 'would-have' ? 'observe' : (tells[0]?.tell.outcome.verdict.mode ?? 'observe'),
    sweepId: context.sweepId,
    atMs: context.atMs,
    timezone: policy.timezone,
    ...(follows === undefined ? {} : { follows }),
    policy: context.policy,
    jobs: tells.slice(0, named).map(({ tell, repeated }) => noticeJob(tell, { ...shown, repeated })),
    moreJobs: Math.max(0, tells.length - named),
    counts: countsOf(tells),
    help: helpOf(policy),
    ...troubleOf(group),
  };
}

/** The rest of a warning, twenty jobs at a time. */
function chunks(tells: readonly Told[]): readonly (readonly Told[])[] {
  const count = Math.min(maxThread, Math.ceil(tells.length / maxThreadJobs));
  return Array.from({ length: count }, (_, index) => tells.slice(index * maxThreadJobs, (index + 1) * maxThreadJobs));
}

/**
 * The notice of a group. A warning of more than ten jobs is several: all but the first belong in the thread of the first
 * and name the rest, because a job counts as warned of only where it is named.
 */
export function noticesOfGroup(group: Group, policy: NoticePolicy, context: NoticeContext): readonly Notice[] {
  const tells = group.tells.toSorted(byCost);
  const made = { policy, context };
  const first = noticeOf(group, { tells, named: maxJobs }, made);
  const rest = group.phase === 'warned' ? chunks(tells.slice(maxJobs)) : [];
  if (rest.length === 0) return [first];
  const of = rest.length + 1;
  const thread = rest.map((some, index) => ({
    ...noticeOf(group, { tells: some, named: maxThreadJobs }, made),
    follows: first.id,
    part: { number: index + 2, of },
  }));
  return [{ ...first, part: { number: 1, of } }, ...thread];
}
