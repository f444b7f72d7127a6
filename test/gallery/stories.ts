import type { Owner } from '../../shared/jobs/owner.ts';
import { noticeKeys } from '../../shared/notices/digest.ts';
import { collected, dailyNotice } from '../../shared/notices/daily.ts';
import { ownerChain } from '../../shared/notices/route.ts';
import { aTell, context, notices, platform, sam } from '../notices/make.ts';
import { hours, minutes, nowMs } from '../make.ts';
import { engineStories } from './engine-stories.ts';
import { hostileStory } from './hostile-story.ts';
import { troubleStories } from './trouble-stories.ts';
import { many, observed, policy, policyWith, runaway, stillRunning, sweep, tell, toldOf, warned } from './story.ts';
import type { Story, Told } from './story.ts';

// Synthetic: no such person, team, job or channel exists.

const dbt = {
  principal: 'dbt-prod@analytics-prod.iam.gserviceaccount.com',
  principalKind: 'serviceAccount' as const,
  labels: { dbt_invocation_id: '1e2f33', target_name: 'prod', node_id: 'model.marts.orders' },
  statementType: 'SCRIPT',
  reservation: 'admin:EU.prod',
  edition: 'ENTERPRISE' as const,
};
const fallback: Partial<Story> = { readers: 'the operators' };

function warnedCancelledConfirmed(): readonly Told[] {
  const first = tell({ ...runaway, ...warned, job: stillRunning });
  const firstId = first[0]?.notice.id ?? '';
  const { thread } = noticeKeys(ownerChain(sam, policy), { rule: 'long-queries', line: 'limit' });
  const why = 'The cancel was accepted, but its effect is not seen yet. It is still running.';
  const sent = { ...runaway, outcome: { did: 'unconfirmed' as const, why }, earlier: { [thread]: firstId } };
  return [...first, ...tell(sent), ...tell({ ...runaway, attempt: 2, followUp: true, earlier: { [thread]: firstId } })];
}

function dailyDigest(): readonly Told[] {
  const tells = many(4, { ...runaway, ...observed });
  const daily = collected(undefined, tells, { policy, atMs: nowMs - hours(5) });
  const notice = daily && dailyNotice(daily, policy, context);
  return notice === undefined ? [] : toldOf([notice]);
}

function notReached(): readonly Told[] {
  const [notice] = notices({ tells: [aTell(runaway)] }, policy);
  const [receiver] = notice?.receivers ?? [];
  if (notice === undefined || receiver === undefined) throw new Error('nobody is told');
  const why = 'no Slack user has this address (users_not_found)';
  return toldOf([notice], { to: { channel: '#data-unowned' }, notReached: [{ receiver, why }] });
}

function bothCopies(): readonly Told[] {
  const routes = [
    { match: { action: 'cancel' as const }, to: ['operators' as const], continue: true },
    { to: ['owner' as const] },
  ];
  const superseded = [
    { rule: 'dbt-production', action: 'warn' as const, because: 'has run for 31 min, over the limit of 20 min' },
    { rule: 'huge-scans', action: 'cancel' as const, because: 'has processed 8 TiB, over the limit of 1 TiB' },
  ];
  return tell({ ...runaway, verdict: { superseded } }, policyWith({ routes })).slice(0, 1);
}

const ends = [
  ['finished-first', 'Finished first', 'It finished before the cancel took effect.'],
  [
    'failed-by-itself',
    'Ended for another reason',
    'It failed for a reason of its own (resourcesExceeded: out of memory).',
  ],
  ['gone', 'Gone', 'The engine no longer knows the job.'],
  ['forbidden', 'Not allowed to cancel', 'The engine refuses: permission bigquery.jobs.update is missing.'],
  ['unconfirmed', 'Not confirmed yet', 'The cancel was accepted, but its effect is not seen yet. It is still running.'],
  ['error', 'The cancel failed', 'The cancel failed: [bigquery] the service answered 500.'],
] as const;
const nobody: Owner | undefined = undefined;

const story = (id: string, name: string, told: readonly Told[], more: Partial<Story> = {}): Story => ({
  id,
  name,
  readers: 'the owner',
  told,
  ...more,
});

/** Every kind of message, each with an example. */
export function stories(): readonly Story[] {
  const warning = { ...runaway, ...warned, job: stillRunning };
  const onlyWarns = { verdict: { action: 'warn' as const, rule: 'slow-queries' }, outcome: warned.outcome };
  return [
    story('warned', 'Warned', tell(warning)),
    story(
      'warned-late',
      'Warned, and delivered too late',
      toldOf(notices({ tells: [aTell(warning)] }, policy), { nowMs: nowMs + minutes(40) }),
    ),
    story('warned-only', 'Warned by a rule that only warns', tell({ ...runaway, ...onlyWarns })),
    story('reminded', 'Warned again', tell({ ...runaway, ...onlyWarns, earlier: remembered() })),
    story('cancelled', 'Cancelled', tell(runaway)),
    story('cancelled-operators', 'Cancelled: the copy of the operators', bothCopies(), fallback),
    story(
      'cancelled-team',
      'Cancelled: a script of dbt on reserved slots',
      tell({ costUsd: 50, job: { ...runaway.job, ...dbt }, verdict: { owner: platform } }),
      { readers: 'the team' },
    ),
    story('cancelled-nobody', 'Cancelled: nobody owns it', tell({ ...runaway, verdict: { owner: nobody } }), fallback),
    story('cancelled-not-reached', 'Cancelled: the owner could not be reached', notReached(), fallback),
    story('followed-up', 'Warned, cancelled, confirmed (a thread)', warnedCancelledConfirmed()),
    ...ends.map(([did, name, why]) => story(did, name, tell({ ...runaway, outcome: { did, why } }))),
    story('stampede', 'A stampede of 34 queries is warned of (a thread)', sweep({ tells: many(34, warning) })),
    story('stampede-cancelled', 'A stampede of 14 queries is cancelled', sweep({ tells: many(14, runaway) })),
    story('mixed', 'Several, with different ends', sweep({ tells: mixed() })),
    story(
      'would-have-owner',
      'Would have been cancelled',
      tell({ ...runaway, ...observed }, policyWith({ observe: { tell: 'owner' } })),
    ),
    story(
      'would-have-operators',
      'Would have been cancelled: the copy of the operators',
      tell({ ...runaway, ...observed }),
      fallback,
    ),
    story('daily', 'What would have been done in a day', dailyDigest(), fallback),
    ...engineStories(),
    ...troubleStories(),
    hostileStory(),
  ];
}

function remembered(): Readonly<Record<string, string>> {
  const { warning } = noticeKeys(ownerChain(sam, policy), { rule: 'slow-queries', line: 'limit' });
  return { [warning]: 'notice-00000000' };
}

function mixed() {
  const finished = { did: 'finished-first' as const, why: 'It finished before the cancel took effect.' };
  return many(3, runaway).map((one, index) =>
    index === 1 ? { ...one, outcome: { ...one.outcome, ...finished } } : one,
  );
}
