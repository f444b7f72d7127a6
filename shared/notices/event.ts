import { isoTime } from '../audit/text.ts';
import { noticeType, type Notice } from './notice.ts';

/** A notice as a CloudEvent 1.0 in structured JSON, on the same topic as the audit events. */
export interface NoticeEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: typeof noticeType;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly correlationid: string;
  readonly severity: 'INFO' | 'NOTICE' | 'ERROR';
  readonly data: Notice;
}

/** Wraps a notice for its way to `notify`. The id is the notice's, so publishing it again changes nothing. */
export function noticeEvent(notice: Notice, source: string): NoticeEvent {
  const loud = notice.phase === 'trouble' ? 'ERROR' : notice.phase === 'would-have' ? 'INFO' : 'NOTICE';
  return {
    specversion: '1.0',
    id: notice.id,
    source,
    type: noticeType,
    subject: notice.phase,
    time: isoTime(notice.atMs),
    datacontenttype: 'application/json',
    correlationid: notice.sweepId,
    severity: loud,
    data: notice,
  };
}
