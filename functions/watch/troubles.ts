import { eventName } from '../../shared/audit/event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { breakerEvent, targetEvent, type SweepContext } from '../../shared/audit/sweep-event.ts';
import type { Holder } from '../../shared/jobs/verdict.ts';
import type { BreakerState } from '../../shared/evaluate/breaker.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Trouble } from '../../shared/notices/digest.ts';
import type { Sight, TargetReport } from './sight.ts';

/** Something about Jobwarden itself that stands until it is over. `key` is the same from sweep to sweep. */
export interface Standing {
  readonly key: string;
  /** For the record, when it begins; what has other events of its own has none. */
  readonly event?: TrailEvent;
  readonly trouble: Trouble;
  /** Operators hear of it once it has stood so long. */
  readonly toldAfterMs: number;
  /** While it stands it is told again after so long; four hours where nothing else is said. */
  readonly againAfterMs?: number;
}

/** What a sweep has to say about troubles: events for those that began or ended, notices for those that became due. */
export interface TroubleNews {
  readonly events: readonly TrailEvent[];
  readonly troubles: readonly Trouble[];
  /** What the troubles that stand inhibit, also those that were told before. */
  readonly inhibits: readonly Holder[];
  /** For the ledger: key → since when; `told:` keys note that the operators were told. */
  readonly standing: Readonly<Record<string, number>>;
}

const targetPatienceMs = 180_000;
/** A trouble that still stands is told again after so long. */
const reminderMs = 4 * 3_600_000;

/** The open breaker as a standing trouble. */
export function breakerTrouble(
  context: SweepContext,
  state: BreakerState,
  seen: number,
  limits: Policy['breaker'],
): Standing {
  const about = {
    plannedCancels: state.planned,
    jobsSeen: seen,
    maxCancels: limits.maxCancels,
    maxShare: limits.maxShare,
  };
  return {
    key: 'breaker',
    event: breakerEvent({ name: 'breaker.opened', context, why: state.why, ...about }),
    trouble: {
      code: 'breaker-open',
      title: 'The breaker is open: nothing is cancelled',
      lines: [
        state.why,
        'No cancel of this sweep is carried out; the jobs go on running.',
        'Look at the jobs below. The breaker closes by itself at the first sweep with fewer planned cancels.',
        'If so many cancels are right, let the next sweep through with jobwarden breaker close --reason …, or raise breaker.maxCancels or breaker.maxShare in the policy.',
      ],
      standsFor: ['breaker'],
    },
    toldAfterMs: 0,
  };
}

function whatFailed(report: TargetReport): string | undefined {
  if (report.failed !== undefined) return report.failed;
  if (report.redacted > 0) return `${report.redacted} jobs are hidden from Jobwarden: grant it bigquery.jobs.listAll.`;
  if (report.unreachable.length > 0) return `These locations could not be reached: ${report.unreachable.join(', ')}.`;
  return report.unreadable[0] === undefined ? undefined : `A record could not be read: ${report.unreadable[0]}`;
}

/** The targets that could not be seen completely, as standing troubles. */
export function targetTroubles(context: SweepContext, sight: Sight): readonly Standing[] {
  return sight.targets.flatMap((report) => {
    const why = whatFailed(report);
    if (why === undefined) return [];
    const trouble: Trouble = {
      code: `target-failing ${report.target}`,
      title: `${report.target} is not watched completely`,
      lines: [
        why,
        'Jobs that Jobwarden cannot see are neither judged nor cancelled. The other targets are not affected.',
      ],
    };
    const event = targetEvent({ context, target: report.target, why });
    return [{ key: `target:${report.target}`, event, trouble, toldAfterMs: targetPatienceMs }];
  });
}

interface Ending {
  readonly begins: string;
  /** All keys that begin so are one trouble to people: it is over when none of them stands. */
  readonly isOne?: true;
  readonly event?: string;
  readonly says: (rest: string) => string;
}

/** How the end of a trouble is told; what is not here ends in silence, because it was news and not a state. */
const endings: readonly Ending[] = [
  { begins: 'breaker', event: 'breaker.closed', says: () => 'The breaker is closed: cancels are carried out again' },
  {
    begins: 'standstill:stop',
    isOne: true,
    event: 'stop.cleared',
    says: () => 'The order to stop every cancel is over',
  },
  { begins: 'standstill:', says: () => 'Cancels are carried out again' },
  { begins: 'policy:', isOne: true, says: () => 'The rejected edit of the policy is gone: it is in force as written' },
  { begins: 'target:', says: (target) => `${target} is watched completely again` },
  { begins: 'failing:', says: (target) => `${target} is no longer only observed` },
  { begins: 'lookup:', says: (file) => `The lookup ${file} is right again` },
];

const endingOf = (key: string) => endings.find(({ begins }) => key.startsWith(begins));

/** What a trouble is about for people: its key, or what its key begins with where all such are one. */
function aboutOf(key: string): string {
  const found = endingOf(key);
  return found?.isOne === true ? found.begins : key;
}

/** A trouble as it is told: with its event, and by what it is about, under which it is over some day. */
function toTell({ key, event, trouble }: Standing): Trouble {
  return { about: aboutOf(key), ...(event === undefined ? {} : { event: eventName(event.type) }), ...trouble };
}

function endOf(key: string): readonly Trouble[] {
  const found = endingOf(key);
  if (found === undefined) return [];
  const { begins, event, says } = found;
  const about = { code: `over ${aboutOf(key)}`, about: aboutOf(key), isOver: true };
  const said = { title: says(key.slice(begins.length)), lines: ['Nothing has to be done.'] };
  return [{ ...about, ...(event === undefined ? {} : { event }), ...said }];
}

/** Those who were told of a trouble hear, once, that it is over. */
function over(before: Readonly<Record<string, number>>, now: readonly Standing[]): readonly Trouble[] {
  const stands = new Set(now.map(({ key }) => aboutOf(key)));
  const gone = Object.keys(before).filter((key) => before[`told:${key}`] !== undefined && !stands.has(aboutOf(key)));
  return [...new Map(gone.flatMap(endOf).map((one) => [one.code, one])).values()];
}

/** Compares the troubles of this sweep with those that stood before it. `closed` makes the event for a breaker that closed. */
export function troubleNews(
  before: Readonly<Record<string, number>>,
  found: readonly Standing[],
  nowMs: number,
  closed: () => TrailEvent,
): TroubleNews {
  const now = [...new Map(found.map((one) => [one.key, one])).values()];
  const since = (key: string) => before[key] ?? nowMs;
  const toldAt = (key: string) => before[`told:${key}`];
  const isDue = ({ key, toldAfterMs, againAfterMs = reminderMs }: Standing) => {
    const told = toldAt(key);
    return told === undefined ? nowMs - since(key) >= toldAfterMs : nowMs - told >= againAfterMs;
  };
  const due = now.filter(isDue);
  const isOver = before['breaker'] !== undefined && now.every(({ key }) => key !== 'breaker');
  return {
    events: [
      ...now.filter(({ key }) => before[key] === undefined).flatMap(({ event }) => event ?? []),
      ...(isOver ? [closed()] : []),
    ],
    troubles: [...due.map(toTell), ...over(before, now)],
    inhibits: now.flatMap(({ trouble }) => trouble.standsFor ?? []),
    standing: Object.fromEntries(
      now.flatMap((one): [string, number][] => {
        const told = due.includes(one) ? nowMs : toldAt(one.key);
        return [
          [one.key, since(one.key)],
          ...(told === undefined ? [] : [[`told:${one.key}`, told] as [string, number]]),
        ];
      }),
    ),
  };
}
