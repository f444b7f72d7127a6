import type { Job } from '../jobs/job.ts';
import { limitPassedAt, type JobSeen } from './job-seen.ts';

/** A step with its place in the story. */
interface At {
  readonly sequence: number;
  readonly id: string;
  readonly atMs: number;
}

/** The job at a step. */
interface Stand extends At {
  readonly job: Job;
}

/** What one rule did to one job, as far as its events tell. */
export interface RuleStory {
  recorded: boolean;
  warned: boolean;
  wouldWarn: boolean;
  /** The first time that its cancel would have been sent. */
  would?: Stand;
  /** What held its cancel back, the last time. */
  held?: At & { readonly by: string };
  /** What became of its cancel, the last time that was said, and when it was sent first and not refused. */
  ended?: At & { readonly name: string };
  sent: boolean;
  acceptedMs?: number;
  /** When it was first written ahead. */
  intendedMs?: number;
  limitMs?: number;
  /** As the first step over the limit saw it. */
  over?: Stand;
  /** The last step of all, for what may change: mode, owner, client. */
  last: At & Pick<JobSeen, 'mode' | 'owner' | 'client'> & { readonly action: JobSeen['rule']['action'] };
}

/** The story of one run of one job. */
export interface Story {
  readonly name: string;
  readonly createdAtMs: number | undefined;
  principal?: string;
  queryHash?: string;
  /** How it ended, with its final numbers. */
  end?: Stand;
  readonly rules: Map<string, RuleStory>;
}

function isBefore(one: At, other: At): boolean {
  if (one.sequence !== other.sequence) return one.sequence < other.sequence;
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  return one.id < other.id;
}

const first = <One extends At>(known: One | undefined, one: One): One =>
  known !== undefined && !isBefore(one, known) ? known : one;
const last = <One extends At>(known: One | undefined, one: One): One =>
  known !== undefined && isBefore(one, known) ? known : one;
const least = (known: number | undefined, one: number): number => Math.min(known ?? one, one);

/** How a cancel may have ended. A later event takes the place of an earlier one. */
const endings: ReadonlySet<string> = new Set([
  'cancel.confirmed',
  'cancel.finished-first',
  'cancel.failed-by-itself',
  'cancel.gone',
  'cancel.forbidden',
  'cancel.unconfirmed',
  'cancel.error',
]);
const refused: ReadonlySet<string> = new Set(['cancel.forbidden', 'cancel.error']);
/** The last words on a case repeat an earlier verdict. */
const closings: ReadonlySet<string> = new Set(['case.ended', 'case.withdrawn']);

function noteCancel(known: RuleStory, { name, mode, when }: JobSeen, at: At): void {
  if (mode !== 'enforce' || !endings.has(name)) return;
  known.ended = last(known.ended, { ...at, name });
  const sentMs = when.cancelSentAt;
  if (sentMs !== undefined || name === 'cancel.confirmed') known.sent = true;
  if (sentMs !== undefined && !refused.has(name)) known.acceptedMs = least(known.acceptedMs, sentMs);
}

function noteOver(known: RuleStory, seen: JobSeen, at: At): void {
  const limitMs = limitPassedAt(seen);
  if (limitMs === undefined || closings.has(seen.name)) return;
  known.limitMs = least(known.limitMs, limitMs);
  known.over = first(known.over, { ...at, job: seen.job });
}

function noteInRule(known: RuleStory, seen: JobSeen): void {
  const { name, sequence, id, atMs, heldBack, rule } = seen;
  const at: At = { sequence, id, atMs };
  const { mode, owner, client } = seen;
  known.last = last(known.last, { ...at, mode, owner, client, action: rule.action });
  if (closings.has(name)) return;
  if (name === 'job.recorded') known.recorded = true;
  if (name === 'job.warned') known.warned = true;
  if (name === 'warn.would-have') known.wouldWarn = true;
  if (name === 'cancel.would-have') known.would = first(known.would, { ...at, job: seen.job });
  if (name === 'cancel.intended') known.intendedMs = least(known.intendedMs, atMs);
  if (heldBack !== null && heldBack.by !== 'mode' && rule.action === 'cancel' && rule.phase === 'limit')
    known.held = last(known.held, { ...at, by: heldBack.by });
  noteCancel(known, seen, at);
  noteOver(known, seen, at);
}

/** Begins the story of a job from any of its events. */
export function storyOf({ jobName, job }: JobSeen): Story {
  return { name: jobName, createdAtMs: job.createdAtMs, rules: new Map() };
}

/**
 * Adds what an event tells. In whatever order the events come, and however often each of them does, the story is the same
 * in the end.
 */
export function addTo(story: Story, seen: JobSeen): void {
  const { rule, sequence, id, atMs, mode, owner, client, job } = seen;
  const at: At = { sequence, id, atMs };
  const known = story.rules.get(rule.name) ?? {
    recorded: false,
    warned: false,
    wouldWarn: false,
    sent: false,
    last: { ...at, mode, owner, client, action: rule.action },
  };
  story.rules.set(rule.name, known);
  noteInRule(known, seen);
  if (job.principal !== undefined) story.principal ??= job.principal;
  if (seen.queryHash !== undefined && seen.queryHash < (story.queryHash ?? '~')) story.queryHash = seen.queryHash;
  if (job.end !== undefined) story.end = last(story.end, { ...at, job });
}
