import { digest, type Tidings } from '../../shared/notices/digest.ts';
import type { NoticeContext } from '../../shared/notices/notice-group.ts';
import type { Delivery } from '../../shared/notices/message.ts';
import { noticeSchema, type Notice } from '../../shared/notices/notice.ts';
import type { Tell } from '../../shared/notices/notice-job.ts';
import type { Owner } from '../../shared/jobs/owner.ts';
import type { Outcome } from '../../shared/jobs/verdict.ts';
import { aJob, aPolicy, aVerdict, gib, hours, minutes, nowMs, type WrittenPolicy } from '../make.ts';

// Synthetic: no such person, team, job or channel exists.

export const sam: Owner = {
  name: 'sam@example.com',
  kind: 'person',
  foundBy: 'domain example.com',
  reach: { email: 'sam@example.com' },
};
export const platform: Owner = {
  name: 'data-platform',
  kind: 'team',
  foundBy: 'label team',
  reach: { slack: '#data-platform', email: 'data-platform@example.com' },
};

export const context: NoticeContext = {
  sweepId: 'sweep-2026-03-11T10:00:00Z',
  atMs: nowMs,
  policy: { sha256: '5f0c'.repeat(16), where: 'policy.yaml' },
};

/** A policy that tells owners through Slack, with help and operators. */
export function aNoticePolicy(written: WrittenPolicy = {}) {
  return aPolicy({
    operators: { slack: '#data-cost', email: 'oncall@example.com' },
    owners: { fallback: { slack: '#data-unowned' } },
    notices: {
      help: {
        askIn: '#data-help',
        exemptionUrl: 'https://example.com/ask',
        runbookUrl: 'https://example.com/run',
      },
    },
    ...written,
  });
}

type TellFields = Partial<Omit<Tell, 'outcome'>> & {
  readonly outcome?: Partial<Outcome>;
  readonly job?: Parameters<typeof aJob>[0];
  readonly verdict?: Parameters<typeof aVerdict>[0];
};

/** The cancel of a SELECT of sam@example.com that ran for 31 minutes, over a limit of 30, by the rule long-queries. */
export function aTell({ outcome = {}, job, verdict, ...fields }: TellFields = {}): Tell {
  const ended = { state: 'done' as const, endedAtMs: nowMs };
  const stopped = outcome.did === undefined || outcome.did === 'cancelled' ? ended : {};
  const done = aJob({ runTimeMs: minutes(31), bytesProcessed: gib(1300), slotMs: hours(2.4), ...stopped, ...job });
  const judged = aVerdict({ owner: sam, job: done, ...verdict });
  const why = 'The engine reports it as stopped (stopped: Job execution was cancelled).';
  return {
    outcome: { verdict: judged, did: 'cancelled', why, job: done, ...outcome },
    case: `case-of-${done.id}`,
    event: `case-of-${done.id}.cancel.confirmed.${judged.rule}.1`,
    eventName: 'cancel.confirmed',
    attempt: 1,
    ...fields,
  };
}

/** The notices that a sweep makes of these tidings; each is checked by the schema that `notify` reads with. */
export function notices(tidings: Partial<Tidings>, policy = aNoticePolicy()): readonly Notice[] {
  const made = digest({ tells: [], troubles: [], ...tidings }, policy, context);
  return made.map((notice) => noticeSchema.parse(JSON.parse(JSON.stringify(notice))));
}

/** The first notice of a sweep with these tidings. */
export function aNotice(tell: TellFields = {}, policy = aNoticePolicy()): Notice {
  const [notice] = notices({ tells: [aTell(tell)] }, policy);
  if (notice === undefined) throw new Error('these tidings made no notice');
  return notice;
}

/** To the first receiver, at the time of the notice. */
export function aDelivery(notice: Notice, fields: Partial<Delivery> = {}): Delivery {
  return { to: notice.receivers[0]?.to, nowMs: notice.atMs, notReached: [], ...fields };
}
