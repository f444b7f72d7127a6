import { isoTime } from '../audit/text.ts';
import type { SendOptions } from './channel.ts';
import type { Message } from './message.ts';
import type { Notice, NoticeJob } from './notice.ts';
import { plainMessage } from './render.ts';
import { clip } from './text.ts';

/** A statement is for its author only, so none is here; sentences are cut, because receivers expect small calls. */
function jobOf(job: NoticeJob) {
  const { event, engine, project, location, id, principal, owner, rule, action, did, willCancelAtMs, spent } = job;
  const { consoleUrl: url } = job;
  const words = { because: clip(job.because, 300), why: clip(job.why, 300) };
  const who = { principal, owner };
  return {
    case: job.case,
    event,
    engine,
    project,
    location,
    id,
    ...who,
    rule,
    action,
    did,
    ...words,
    willCancelAtMs,
    spent,
    url,
  };
}

function aboutNotice({ phase, mode, owner, policy, jobs, moreJobs, counts, closed, trouble }: Notice) {
  const { name, kind, foundBy } = owner;
  return {
    phase,
    mode,
    owner: { name, kind, foundBy },
    policy,
    jobs: jobs.map(jobOf),
    moreJobs,
    counts,
    closed,
    ...(trouble === undefined ? {} : { trouble: { about: trouble.about, isOver: trouble.isOver } }),
  };
}

/** A notice for machines: a CloudEvent 1.0 with its facts, and with the message as people read it elsewhere in `text`. */
export function webhookEvent(message: Message, { noticeId, notice }: Pick<SendOptions, 'noticeId' | 'notice'>): object {
  return {
    specversion: '1.0',
    id: noticeId,
    source: '//jobwarden/notify',
    type: 'dev.jobwarden.told.v1',
    ...(notice === undefined ? {} : { subject: notice.phase, time: isoTime(notice.atMs) }),
    datacontenttype: 'application/json',
    data: {
      title: message.title,
      text: plainMessage(message),
      ...(notice === undefined ? {} : aboutNotice(notice)),
    },
  };
}
