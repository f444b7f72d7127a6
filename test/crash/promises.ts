import { eventName, type JobEventName } from '../../shared/audit/event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { noticeSchema, noticeType, type Notice } from '../../shared/notices/notice.ts';
import { keepPromises } from '../watch/promises.ts';
import { caseOf, type Cancel, type Evidence } from './evidence.ts';
import type { Boundary } from './gate.ts';
import { actors } from './story.ts';

/** What a run came to: what was promised and not held, and what happened twice where it may. */
export interface Judgement {
  readonly broken: readonly string[];
  readonly messagesTwice: number;
  readonly lettersTwice: number;
  readonly publishedTwice: number;
  readonly cancelledTwice: number;
}

const outcomes: ReadonlySet<string> = new Set<JobEventName>([
  'cancel.confirmed',
  'cancel.finished-first',
  'cancel.failed-by-itself',
  'cancel.gone',
  'cancel.forbidden',
  'cancel.unconfirmed',
  'cancel.error',
]);
const told: ReadonlySet<string> = new Set([...outcomes, 'job.warned']);
const openStates: ReadonlySet<string | undefined> = new Set(['planned', 'cancelling']);

const distinct = (events: readonly TrailEvent[]) => [...new Map(events.map((one) => [one.id, one])).values()];
const surplus = (events: readonly unknown[], kinds: number) => events.length - kinds;

function eventsOf({ published, ledger }: Evidence, job: string): readonly TrailEvent[] {
  const story = caseOf(ledger, job)?.id;
  if (story === undefined) return [];
  return distinct(published).filter((one) => one.case === story);
}

/** No cancel without a plan on record that holds at that moment, and none after the end of the job was on record. */
function aboutCancels({ cancels, recorded }: Evidence): readonly string[] {
  const before = new Map<string, number>();
  return cancels.flatMap(({ job, atMs, known, isOver }: Cancel) => {
    const nth = (before.get(job) ?? 0) + 1;
    before.set(job, nth);
    const isPlanned = known?.plan !== undefined && openStates.has(known.state) && atMs < known.plan.notAfterMs;
    const intent = `${known?.id}.cancel.intended.`;
    const isIntended = [...recorded.keys()].some((id) => id.startsWith(intent));
    return [
      ...(isPlanned ? [] : [`${job} was cancelled without a plan on record`]),
      ...(isIntended ? [] : [`${job} was cancelled, and no ledger held the event of its intent`]),
      ...(nth <= (known?.attempts ?? 0)
        ? []
        : [`${job} was cancelled ${nth} times for ${known?.attempts ?? 0} attempts`]),
      ...(isOver ? [`${job} was cancelled after its end was on record`] : []),
    ];
  });
}

/** The whole story of each job is on the topic, in order, and ends as it has to. */
function aboutStories(evidence: Evidence): readonly string[] {
  return actors.flatMap(({ spec: { id }, ends, isCancelled }) => {
    const events = eventsOf(evidence, id);
    const names = events.map(({ type }) => eventName(type));
    const numbers = events.map(({ sequence }) => sequence).join(', ');
    const inOrder = Array.from({ length: caseOf(evidence.ledger, id)?.sequence ?? 0 }, (_, at) => at + 1).join(', ');
    const sent = evidence.cancels.filter(({ job }) => job === id).length;
    const lastIntent = names.lastIndexOf('cancel.intended');
    return [
      ...(names.at(-1) === ends ? [] : [`the story of ${id} ends with ${names.at(-1)}, not with ${ends}`]),
      ...(numbers === inOrder ? [] : [`the events of ${id} came as ${numbers}, not as ${inOrder}`]),
      ...(isCancelled === sent > 0 ? [] : [`${id} was cancelled ${sent} times`]),
      ...(sent === 0 || names.slice(lastIntent + 1).some((name) => outcomes.has(name)) || lastIntent < 0
        ? []
        : [`the cancel of ${id} has no outcome`]),
      ...(sent > 0 && lastIntent < 0 ? [`the cancel of ${id} has no intent`] : []),
    ];
  });
}

/** Whatever was in an outbox is on the topic, and reads as its schema says. */
function aboutTrail({ recorded, published, ledger, isSettled, sweeps }: Evidence): readonly string[] {
  const ids = new Set(published.map(({ id }) => id));
  const lost = [...recorded.values()].filter(({ id }) => !ids.has(id));
  const unrecorded = distinct(published).filter(({ id }) => !recorded.has(id));
  const schemas = keepPromises();
  for (const event of published) schemas.published(event);
  const changes = distinct(published).filter(({ type }) => eventName(type) === 'policy.changed').length;
  return [
    ...lost.map(({ id }) => `the event ${id} was recorded and never published`),
    ...unrecorded.map(({ id }) => `the event ${id} was published and never recorded`),
    ...schemas.broken({ numbers: true }),
    ...(changes === 1 ? [] : [`the change of the policy was recorded ${changes} times`]),
    ...(isSettled ? [] : [`after ${sweeps} sweeps it is not over: ${ledger?.outbox.length} events wait`]),
  ];
}

function noticesOf({ published }: Evidence): readonly Notice[] {
  return distinct(published.filter(({ type }) => type === noticeType)).map(({ data }) => noticeSchema.parse(data));
}

/** Each owner is told of each thing by one notice, and each notice was delivered, or is a dead letter. */
function aboutNotices(evidence: Evidence): readonly string[] {
  const notices = noticesOf(evidence);
  const tellers = (id: string) => notices.filter(({ jobs }) => jobs.some(({ event }) => event === id)).length;
  const untold = actors.flatMap(({ spec: { id } }) =>
    eventsOf(evidence, id)
      .filter(({ type }) => told.has(eventName(type)))
      .flatMap((event) => (tellers(event.id) === 1 ? [] : [`${tellers(event.id)} notices tell of ${event.id}`])),
  );
  const lost = notices.flatMap(({ id, phase }) => {
    // The second policy names a channel for the operators that is not there.
    const wanted = phase === 'trouble' ? 'undeliverable' : 'delivered';
    const { how = 'without a receipt', notReached = [] } = evidence.receipts.get(id) ?? {};
    const why = notReached.map((one) => `; ${one}`).join('');
    const isKept =
      wanted === 'delivered' ? evidence.messages.includes(id) : evidence.deadLetters.some((one) => one.id === id);
    return how === wanted && isKept ? [] : [`the notice ${id} (${phase}) is ${how}${why}`];
  });
  return [...untold, ...lost];
}

/** The only places where something may happen twice: between a message, or a dead letter, and its record. */
const isBetween = ({ by, when, what }: Boundary, call: string) =>
  by === 'notify' && when === 'after' && what.startsWith(`${call} #`);

function twice({ boundary, messages, deadLetters }: Evidence) {
  const messagesTwice = surplus(messages, new Set(messages).size);
  const lettersTwice = surplus(deadLetters, distinct(deadLetters).length);
  const may = (call: string) => (boundary !== undefined && isBetween(boundary, call) ? 1 : 0);
  const broken = [
    ...(messagesTwice > may('chat.postMessage') ? [`${messagesTwice} messages were sent twice`] : []),
    ...(lettersTwice > may('publish') ? [`${lettersTwice} dead letters were kept twice`] : []),
  ];
  return { broken, messagesTwice, lettersTwice };
}

/** Holds a run against every promise. */
export function judge(evidence: Evidence): Judgement {
  const { broken, messagesTwice, lettersTwice } = twice(evidence);
  const { cancels, published, boundary, gone } = evidence;
  const wanted = boundary === undefined ? 0 : 1;
  const all = [
    ...(gone === wanted ? [] : [`${gone} processes ended, not ${wanted}`]),
    ...aboutCancels(evidence),
    ...aboutStories(evidence),
    ...aboutTrail(evidence),
    ...aboutNotices(evidence),
    ...broken,
  ];
  return {
    broken: all,
    messagesTwice,
    lettersTwice,
    publishedTwice: surplus(published, distinct(published).length),
    cancelledTwice: surplus(cancels, new Set(cancels.map(({ job }) => job)).size),
  };
}
