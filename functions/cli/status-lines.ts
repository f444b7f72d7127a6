import { formatDuration } from '../../shared/jobs/duration.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Case } from '../../shared/ledger/document.ts';
import type { Line } from './command.ts';
import type { Looked } from './status-look.ts';
import { plain } from './verdict-lines.ts';

/** One of the five lines: what it is about, what is so, and what to do where it is not well. */
export interface Part {
  readonly about: 'sweeps' | 'policy' | 'cancels' | 'cases' | 'outbox';
  readonly says: string;
  readonly unwell?: { readonly code: string; readonly try: string };
}

const minuteMs = 60_000;
/** A sweep writes the ledger when something happened, and once an hour otherwise; the rest is leeway. */
const quietMs = 65 * minuteMs;
/** What one sweep could not publish, the next one publishes as a rule. */
const backlogMs = 5 * minuteMs;

const ago = (fromMs: number, { nowMs }: Looked) => formatDuration(Math.max(0, nowMs - fromMs));

function newestOf({ ledger }: Looked): number {
  const moments = Object.values(ledger.cases).map(({ updatedAtMs }) => updatedAtMs);
  return Math.max(ledger.heartbeatAtMs, ...moments);
}

function sweeps(looked: Looked): Part {
  const newestMs = newestOf(looked);
  const failing = Object.keys(looked.ledger.troubles).filter((key) => key.startsWith('target:'));
  const tryTargets = 'jobwarden doctor says what is missing.';
  if (newestMs === 0) {
    const unwell = { code: 'no-sweep', try: 'Is the schedule running? Its runbook is "No sweep".' };
    return { about: 'sweeps', says: 'none is on record.', unwell };
  }
  const says = `the newest on record was ${ago(newestMs, looked)} ago`;
  if (looked.nowMs - newestMs > quietMs) {
    const cure = 'One is recorded at least hourly: look at the schedule and at the log of watch (runbook "No sweep").';
    return { about: 'sweeps', says: `${says}.`, unwell: { code: 'no-sweep', try: cure } };
  }
  if (failing.length === 0) return { about: 'sweeps', says: `${says}; one is recorded at least hourly.` };
  const names = failing.map((key) => plain(key.slice('target:'.length))).join(', ');
  return {
    about: 'sweeps',
    says: `${says}; not seen whole: ${names}.`,
    unwell: { code: 'target-failed', try: tryTargets },
  };
}

function policy({ standing, ledger, nowMs }: Looked): Part {
  const about = 'policy';
  if (standing.kind === 'missing')
    return { about, says: 'there is none.', unwell: { code: 'no-policy', try: 'Push one: jobwarden push.' } };
  if (standing.kind === 'unreadable')
    return {
      about,
      says: `it cannot be read: ${plain(standing.why)}`,
      unwell: { code: 'policy-unreadable', try: 'jobwarden doctor.' },
    };
  if (standing.kind === 'invalid') {
    const says = `the newest edit is rejected, with ${standing.problems} problems; the last good one only observes.`;
    return { about, says, unwell: { code: 'policy-rejected', try: 'jobwarden check says what is wrong with it.' } };
  }
  const { mode, rules } = standing.policy;
  const says = `it validates: ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}, mode ${mode}`;
  const seen = ledger.policySeen;
  const version = `version ${standing.sha256.slice(0, 12)}`;
  if (seen?.sha256 === standing.sha256) {
    return { about, says: `${says}, ${version}, in force for ${formatDuration(Math.max(0, nowMs - seen.sinceMs))}.` };
  }
  return { about, says: `${says}; ${version} is not in force yet, or no sweep has recorded it so far.` };
}

const holding = (looked: Looked): (Part['unwell'] & { says: string }) | undefined => {
  const { ledger, stopped, nowMs } = looked;
  if (stopped !== undefined) {
    const cure = stopped.unreadable === true ? 'jobwarden doctor.' : 'jobwarden resume ends it.';
    return { code: 'stopped', says: plain(stopped.why), try: cure };
  }
  const openMs = ledger.troubles['breaker'];
  if (openMs !== undefined) {
    return {
      code: 'breaker-open',
      says: `the breaker is open for ${ago(openMs, looked)}.`,
      try: 'jobwarden breaker status; the runbook is "Breaker open".',
    };
  }
  const isObserving = ledger.observeUntilMs > nowMs;
  const targets = Object.entries(ledger.targets).filter(([, { observeUntilMs }]) => observeUntilMs > nowMs);
  if (!isObserving && targets.length === 0) return undefined;
  const names = isObserving ? 'every target' : targets.map(([name]) => plain(name)).join(', ');
  return {
    code: 'cancels-failed',
    says: `cancels failed: ${names} is only observed for now.`,
    try: 'The runbook is "Cancels failed".',
  };
};

function cancels(looked: Looked): Part {
  const held = holding(looked);
  const hourMs = looked.nowMs - 60 * minuteMs;
  const count = looked.ledger.attempts.filter(({ atMs }) => atMs >= hourMs).length;
  if (held === undefined) {
    return {
      about: 'cancels',
      says: `nothing stops them: no stop switch, the breaker is closed; ${count} attempted in the last hour.`,
    };
  }
  const { says, ...unwell } = held;
  return { about: 'cancels', says, unwell };
}

const troubled: ReadonlySet<Case['state']> = new Set(['unconfirmed', 'forbidden']);

function cases(looked: Looked): Part {
  const open = Object.values(looked.ledger.cases).filter(({ state }) => state !== 'closed');
  if (open.length === 0) return { about: 'cases', says: 'none is open: no job is over a limit, as far as was seen.' };
  const oldest = open.reduce((one, other) => (other.openedAtMs < one.openedAtMs ? other : one));
  const name = plain(`${oldest.job.project}:${oldest.job.location ?? '-'}.${oldest.job.id}`);
  const says = `${open.length} open; the oldest is ${name}, over rule ${plain(oldest.rule)} for ${ago(oldest.openedAtMs, looked)}`;
  const bad = open.filter(({ state }) => troubled.has(state));
  if (bad.length === 0) return { about: 'cases', says: `${says}.` };
  const words = [...new Set(bad.map(({ state }) => state))].join(' and ');
  const cure = `jobwarden explain --event ${bad[0]?.id ?? ''} tells its story.`;
  return {
    about: 'cases',
    says: `${says}; ${bad.length} ${words}.`,
    unwell: { code: 'cancel-without-effect', try: cure },
  };
}

function outbox(looked: Looked): Part {
  const waiting = looked.ledger.outbox;
  const about = 'outbox';
  if (waiting.length === 0) return { about, says: 'empty: every event is published.' };
  const oldestMs = Math.min(...waiting.map(({ time }) => Date.parse(time)));
  const says = `${waiting.length} ${waiting.length === 1 ? 'event waits' : 'events wait'}, the oldest for ${ago(oldestMs, looked)}.`;
  if (looked.nowMs - oldestMs < backlogMs) return { about, says };
  return {
    about,
    says,
    unwell: {
      code: 'outbox-waiting',
      try: 'jobwarden doctor looks whether watch may publish (runbook "Outbox waiting").',
    },
  };
}

/** The five lines, in the order in which they are shown. */
export function partsOf(looked: Looked): readonly Part[] {
  return [sweeps(looked), policy(looked), cancels(looked), cases(looked), outbox(looked)];
}

/** One of the lines for people. */
export function lineOf({ about, says, unwell }: Part): Line {
  const mark = unwell === undefined ? ({ text: 'ok', as: 'good' } as const) : ({ text: 'no', as: 'bad' } as const);
  return [mark, `   ${about.padEnd(8)}${says}`];
}

/** What is not well, as a problem. */
export function problemOf({ about, says, unwell }: Part): readonly Problem[] {
  if (unwell === undefined) return [];
  return [{ code: unwell.code, severity: 'warning', where: about, says, try: unwell.try }];
}
