import { eventName, type JobEvent } from '../../shared/audit/event.ts';
import { hintsOf } from '../../shared/evaluate/hints.ts';
import type { Action, End, Holder, Outcome } from '../../shared/jobs/verdict.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { afterTelling, collected, dailyNotice, isDailyDue, type Daily } from '../../shared/notices/daily.ts';
import { digest, forTheDay, noticeKeys, type Tidings, type Trouble } from '../../shared/notices/digest.ts';
import { noticeEvent, type NoticeEvent } from '../../shared/notices/event.ts';
import type { Tell } from '../../shared/notices/notice-job.ts';
import type { Notice, NoticeJob } from '../../shared/notices/notice.ts';
import type { Rule } from '../../shared/policy/rule.ts';
import type { Run } from './world.ts';

/** An outcome that is news, with the event that records it. */
export interface News {
  readonly outcome: Outcome;
  readonly event: JobEvent;
  readonly followUp: boolean;
}

/** What there is to tell, and what stands from sweeps before: troubles that inhibit, and what is collected of the day. */
export interface ToTell {
  readonly news: readonly News[];
  readonly troubles: readonly Trouble[];
  readonly inhibits: readonly Holder[];
  readonly daily: LedgerDocument['daily'];
}

/** The notices of a sweep, and what is collected of the day after them. */
export interface Told {
  readonly events: readonly NoticeEvent[];
  readonly daily: LedgerDocument['daily'];
}

const weekMs = 7 * 86_400_000;

function tellOf(run: Run, { outcome, event, followUp }: News): Tell {
  const { job, verdict } = outcome;
  const retries = run.retriesOf(verdict.job, weekMs) ?? 0;
  return {
    outcome,
    case: event.case,
    event: event.id,
    eventName: eventName(event.type),
    attempt: event.data.attempt,
    willCancelAtMs: verdict.cancelAtMs,
    followUp,
    hints: hintsOf(job.queryText === undefined ? verdict.job : job, { retries }),
    costUsd: run.compiled.deployment.costs.soFarUsd(job, run.world.clock.now()),
    earlier: run.book.noticesOf(event.case),
  };
}

const endedByThemselves: ReadonlySet<End> = new Set(['finished-first', 'failed-by-itself', 'gone']);

/**
 * A job that was only observed, and ended before anything could be said of it, concerns nobody; nor does one that ended
 * before its limit had passed, or its grace was over.
 */
function concerns({ outcome: { did, verdict, cancelSentAtMs } }: News): boolean {
  const wasEarly = verdict.dueMs !== undefined && cancelSentAtMs === undefined;
  return !endedByThemselves.has(did) || (verdict.mode === 'enforce' && !wasEarly);
}

/** Whether a warning tells of a cancel to come: one of a limit that could not be judged begins no grace. */
function announces(action: Action, line: NoticeJob['line'], rule: Rule | undefined): boolean {
  return !(rule?.action === 'cancel' && action === 'warn' && line === 'limit');
}

/** What has to be remembered of a notice: the graces of those it warns count from it, and follow-ups stand under it. */
function remember({ book, compiled }: Run, { phase, id, atMs, receivers, jobs }: Notice): void {
  if (phase === 'trouble' || phase === 'would-have') return;
  const ruleNamed = (name: string) => compiled.policy.rules.find((one) => one.name === name);
  for (const { case: story, rule, action, line } of jobs) {
    const { thread, warning } = noticeKeys(receivers, { rule, line });
    book.noticed(story, phase === 'warned' ? [thread, warning] : [thread], id);
    const isAnnounced = phase === 'warned' && announces(action, line, ruleNamed(rule));
    if (isAnnounced) book.told([story], rule, { noticeId: id, atMs });
  }
}

const kept = (daily: Daily | undefined): LedgerDocument['daily'] =>
  daily === undefined
    ? undefined
    : { ...daily, ends: { ...daily.ends }, rules: { ...daily.rules }, jobs: [...daily.jobs] };

/**
 * The notices of a sweep, as events: one for each owner, phase and receivers, one for each trouble, and once a day one of
 * what is only observed. Each is remembered in the book.
 */
export function tell(run: Run, { news, troubles, inhibits, daily }: ToTell): Told {
  const { policy } = run.compiled;
  const atMs = run.world.clock.now();
  const context = { ...run.context, atMs };
  const all: Tidings = { tells: news.filter(concerns).map((one) => tellOf(run, one)), troubles, inhibits };
  const later = forTheDay(all, policy, atMs);
  const now = digest({ ...all, tells: all.tells.filter((one) => !later.includes(one)) }, policy, context);
  const ofDay = collected(daily, later, { policy, atMs });
  const summary = isDailyDue(ofDay, atMs) ? dailyNotice(ofDay, policy, context) : undefined;
  const notices = summary === undefined ? now : [...now, summary];
  for (const notice of notices) remember(run, notice);
  const events = notices.map((notice) => noticeEvent(notice, run.context.source));
  return { events, daily: kept(summary === undefined ? ofDay : afterTelling(atMs)) };
}
