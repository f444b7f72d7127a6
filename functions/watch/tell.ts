import { eventName } from '../../shared/audit/event.ts';
import type { JobEvent } from '../../shared/audit/event.ts';
import type { End, Outcome } from '../../shared/jobs/verdict.ts';
import { digest, type Trouble } from '../../shared/notices/digest.ts';
import { noticeEvent, type NoticeEvent } from '../../shared/notices/event.ts';
import type { Tell } from '../../shared/notices/notice-job.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { SweepContext } from './book.ts';

/** An outcome that is news, with the event that records it. */
export interface News {
  readonly outcome: Outcome;
  readonly event: JobEvent;
  readonly followUp: boolean;
}

function tellOf({ outcome, event, followUp }: News): Tell {
  return {
    outcome,
    case: event.case,
    event: event.id,
    eventName: eventName(event.type),
    attempt: event.data.attempt,
    willCancelAtMs: outcome.verdict.cancelAtMs,
    followUp,
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

/** The notices of a sweep, as events: one for each owner, phase and receivers, and one for each trouble. */
export function noticesOf(
  news: readonly News[],
  troubles: readonly Trouble[],
  policy: Policy,
  context: SweepContext & { readonly atMs: number },
): readonly NoticeEvent[] {
  const notices = digest({ tells: news.filter(concerns).map(tellOf), troubles }, policy, context);
  return notices.map((notice) => noticeEvent(notice, context.source));
}
