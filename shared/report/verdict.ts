import type { RuleReport, RuleVerdict } from './answer.ts';
import { thresholds } from './thresholds.ts';

const percentOf = (part: number, of: number) => `${Math.round((part / of) * 100)} %`;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const jobs = (count: number) => (count === 1 ? '1 job' : `${count} jobs`);

/** What is known of a rule before it is judged. */
type Facts = Omit<RuleReport, 'verdict'>;

/** What may speak against a rule: a part of a sentence, or nothing. */
type Objection = (facts: Facts) => string | undefined;

const tooFew: Objection = ({ wouldKnown }) => {
  const { fewestJobs } = thresholds;
  if (wouldKnown >= fewestJobs) return undefined;
  const seen =
    wouldKnown === 0
      ? 'no job that it would have cancelled has'
      : `only ${jobs(wouldKnown)} that it would have cancelled ${wouldKnown === 1 ? 'has' : 'have'}`;
  return `${seen} an end on record, and ${fewestJobs} are asked for`;
};

const falseAlarms: Objection = ({ falseAlarms: { count, of } }) => {
  const { mostFalseShare } = thresholds;
  if (of === 0 || count / of <= mostFalseShare) return undefined;
  const were = count === 1 ? '1 was a false alarm or likely one' : `${count} were false alarms or likely ones`;
  return `of ${jobs(of)}, ${were} (${percentOf(count, of)}, more than ${percent(mostFalseShare)})`;
};

const unjudged: Objection = ({ observed }) => {
  const { mostUnjudgedShare } = thresholds;
  if (observed.jobs === 0 || observed.unjudged / observed.jobs <= mostUnjudgedShare) return undefined;
  const share = percentOf(observed.unjudged, observed.jobs);
  return `it could not judge ${share} of its jobs, more than ${percent(mostUnjudgedShare)}`;
};

const undeliverable: Objection = ({ messages: { told, undeliverable: lost } }) => {
  const { mostUndeliverableShare } = thresholds;
  if (told === 0 || lost / told <= mostUndeliverableShare) return undefined;
  const share = `${percentOf(lost, told)}, more than ${percent(mostUndeliverableShare)}`;
  return `the messages on ${lost} of ${jobs(told)} could not be delivered (${share})`;
};

const breaker: Objection = ({ observed }) => {
  const held = observed.heldBack['breaker'] ?? 0;
  if (observed.breakerOpenings === 0 && held === 0) return undefined;
  return held === 0 ? 'the breaker opened on it' : `the breaker held back the cancels of ${jobs(held)} to their end`;
};

const expiring: Objection = ({ expiring: all }) => {
  if (all.length === 0) return undefined;
  const said = all.map(({ reason, expires, jobs: kept }) => `"${reason}" on ${expires}, which kept ${jobs(kept)}`);
  return `${all.length === 1 ? 'an exemption ends' : 'exemptions end'} soon: ${said.join('; ')}`;
};

const unproved: Objection = ({ cancels }) => {
  const { forbidden, unconfirmed, error } = cancels;
  const count = forbidden + unconfirmed + error;
  if (count === 0) return undefined;
  const words = Object.entries({ forbidden, unconfirmed, failed: error }).filter(([, one]) => one > 0);
  return `cancels without effect so far: ${words.map(([word, one]) => `${one} ${word}`).join(', ')}`;
};

const again: Objection = ({ startedAgain }) =>
  startedAgain === 0 ? undefined : `${jobs(startedAgain)} came back: the same query after its cancel`;

const beforeEnforce: readonly Objection[] = [tooFew, falseAlarms, unjudged, undeliverable, breaker, expiring];
const inForce: readonly Objection[] = [falseAlarms, unjudged, undeliverable, breaker, unproved, again, expiring];

function saidOf({ wouldCancel, wouldKnown, falseAlarms: { count, of } }: Facts): string {
  const running = wouldCancel > wouldKnown ? `, ${wouldCancel - wouldKnown} of them without an end on record` : '';
  const alarms =
    count === 0 ? 'none of them a false alarm' : `${count} of ${of} a false alarm (${percentOf(count, of)})`;
  return `${jobs(wouldCancel)} would have been cancelled${running}, ${alarms}`;
}

function ofCancels(facts: Facts): RuleVerdict {
  const isInForce = facts.mode === 'enforce';
  const against = (isInForce ? inForce : beforeEnforce).flatMap((one) => one(facts) ?? []);
  const but = against.join('; ');
  if (!isInForce) {
    if (against.length > 0) return { kind: 'not-ready', says: `Not ready to enforce: ${but}.`, against };
    return { kind: 'ready', says: `Ready to enforce: ${saidOf(facts)}.`, against };
  }
  const { sent, confirmed } = facts.cancels;
  const done =
    sent === 0 ? 'no cancel was sent' : `${sent} ${sent === 1 ? 'cancel' : 'cancels'} sent, ${confirmed} confirmed`;
  if (against.length > 0) return { kind: 'look-at', says: `In force (${done}), and to be looked at: ${but}.`, against };
  return { kind: 'in-force', says: `In force: ${done}; nothing speaks against it.`, against };
}

/** Whether a job was over the limit of the rule, or past its warning line. */
export function hasFired({
  over,
  recorded,
  warned,
  wouldWarn,
}: Pick<Facts, 'over' | 'recorded' | 'warned' | 'wouldWarn'>): boolean {
  return over + recorded + warned + wouldWarn > 0;
}

/** Whether there is something to be said of a rule: it has fired, or is blind to more of its jobs than is well. */
export function isWorthSaying(facts: Facts): boolean {
  return hasFired(facts) || unjudged(facts) !== undefined;
}

/** What is to be said of a rule, by the stated thresholds. */
export function verdictOf(facts: Facts): RuleVerdict {
  const blind = unjudged(facts);
  if (!hasFired(facts)) {
    const says = `No job was over it${blind === undefined ? '' : `, as far as can be told: ${blind}`}.`;
    return { kind: 'quiet', says, against: blind === undefined ? [] : [blind] };
  }
  if (facts.action === 'cancel') return ofCancels(facts);
  const doing = facts.action === 'warn' ? 'Only warns' : 'Only records';
  const but = blind === undefined ? '' : `; ${blind}`;
  return {
    kind: 'no-cancel',
    says: `${doing}: no job is stopped by it${but}.`,
    against: blind === undefined ? [] : [blind],
  };
}
