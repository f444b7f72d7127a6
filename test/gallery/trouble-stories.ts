import type { Trouble } from '../../shared/notices/digest.ts';
import { breakerTrouble, targetTroubles, troubleNews, type Standing } from '../../functions/watch/troubles.ts';
import { breakerEvent } from '../../shared/audit/sweep-event.ts';
import { hours, nowMs } from '../make.ts';
import { many, runaway, sweep, type Story } from './story.ts';

// Synthetic: no such policy, target or query exists.

const context = {
  source: '//jobwarden/gallery',
  sweepId: 'sweep-2026-03-11T10:00:00Z',
  nowMs,
  policy: null,
  modes: { setting: 'enforce', policy: 'enforce' },
} as const;

const planned = 34;
const why = `${planned} cancels were planned in this sweep, over the limit of 20.`;
const limits = { maxCancels: 20, maxShare: 0.5, minJobs: 20 };

const target: Parameters<typeof targetTroubles>[1] = {
  seen: 0,
  targets: [
    {
      target: 'bigquery:finance-prod',
      jobs: 0,
      complete: false,
      redacted: 0,
      unreachable: [],
      unreadable: [],
      failed:
        'The listing failed: [bigquery] 403 Access Denied: Project finance-prod: User does not have bigquery.jobs.listAll.',
    },
  ],
};

const breaker = () => breakerTrouble(context, { open: true, planned, why }, 240, limits);

/** What the operators are told while these stand, told for the first time; with none, what is told when the breaker closes. */
function newsOf(standing: readonly Standing[]): readonly Trouble[] {
  const before: Readonly<Record<string, number>> =
    standing.length === 0 ? { breaker: nowMs - 1, 'told:breaker': nowMs - 1 } : {};
  const since = Object.fromEntries(standing.map(({ key }) => [key, nowMs - hours(1)]));
  const closed = () =>
    breakerEvent({ name: 'breaker.closed', context, why, plannedCancels: 3, jobsSeen: 240, maxCancels: 20 });
  return troubleNews({ ...before, ...since }, standing, nowMs, closed).troubles;
}

const rejected: Trouble = {
  code: 'policy-rejected',
  title: 'The policy was rejected: nothing is cancelled until it is mended',
  lines: [
    'The policy as it is written now does not validate; the last good one stays, and only observes.',
    'policy.yaml, line 12: "30" is not a time. Write 30m for half an hour.',
  ],
  standsFor: ['mode'],
};

const heldBack = {
  ...runaway,
  verdict: { heldBack: { by: 'breaker' as const, why: 'The breaker is open.' } },
  outcome: { did: 'held-back' as const, why: 'The breaker is open.' },
};

function story(id: string, name: string, tidings: Parameters<typeof sweep>[0]): Story {
  return { id, name, readers: 'the operators', told: sweep(tidings) };
}

/** What is told about Jobwarden itself. */
export function troubleStories(): readonly Story[] {
  return [
    story('breaker-open', 'Trouble: the breaker is open', { troubles: newsOf([breaker()]), tells: many(3, heldBack) }),
    story('breaker-closed', 'Trouble: the breaker is closed again', { troubles: newsOf([]) }),
    story('policy-rejected', 'Trouble: the policy was rejected', { troubles: [rejected] }),
    story('target-failing', 'Trouble: a target is not watched completely', {
      troubles: newsOf(targetTroubles(context, target)),
    }),
  ];
}
