import { z } from 'zod';
import { eventName, jobEventNames, severities } from '../audit/event.ts';
import { jobSeen, type JobSeen } from './job-seen.ts';
import { idSets, type IdSets } from './id-sets.ts';
import { addTo, storyOf, type Story } from './story.ts';
import { sweepLine, unwrapped, type Unwrapped } from './unwrap.ts';

/** How far a rule reached in the sweeps that said so: jobs it was about, and those it could not judge, look by look. */
interface Looks {
  readonly jobs: number;
  readonly unknown: number;
}

/** A breaker that opened or closed. */
export interface BreakerSeen {
  readonly opened: boolean;
  readonly atMs: number;
  readonly sweep: string;
  readonly byHand: boolean;
}

/** Everything that events told of a period. Each event counts once, in whatever order they came. */
export interface Gathered {
  readonly stories: ReadonlyMap<string, Story>;
  readonly breaker: ReadonlyMap<string, BreakerSeen>;
  /** Ids of events of the deployment as a whole, by their names. */
  readonly others: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names of events that this version does not know. */
  readonly unknownTypes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly looks: ReadonlyMap<string, Looks>;
  /** In how many sweeps that was said. */
  readonly looksOfSweeps: number;
  /** What exemptions held back, by their sentences, as `story rule`; and the stories of the owners who kept jobs. */
  readonly exempted: ReadonlyMap<string, ReadonlySet<string>>;
  readonly kept: ReadonlyMap<string, ReadonlySet<string>>;
  /** In which sweeps the breaker held back cancels of a rule. */
  readonly breakerHeld: ReadonlyMap<string, ReadonlySet<string>>;
  readonly notices: ReadonlySet<string>;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Events of jobs beyond those that there is room for, and other events likewise. */
  readonly leftOut: number;
}

/** What became of a value: counted, of an earlier time, an event that this version does not know, or nothing readable. */
type Noted = 'taken' | 'earlier' | 'unknown' | { readonly unreadable: string };

/** Takes values as they were stored, one by one. */
export interface Gathering {
  note(value: unknown): Noted;
  gathered(): Gathered;
}

/** So many jobs have their stories kept. */
const mostStories = 100_000;

const noticeName = 'notice';
/** The sweeps that said how far each rule reached. */
const looksName = 'looks';
const jobNames: ReadonlySet<string> = new Set(jobEventNames);

const looksShape = z.object({
  rules: z.record(z.string(), z.object({ jobs: z.number().min(0), unknown: z.number().min(0) })),
});
const breakerShape = z.object({ closedByHand: z.object({}).optional() });

interface Books {
  readonly stories: Map<string, Story>;
  readonly breaker: Map<string, BreakerSeen>;
  readonly looks: Map<string, Looks>;
  readonly ids: Readonly<Record<'exempted' | 'kept' | 'breakerHeld' | 'others' | 'unknown', IdSets>>;
  storiesLeftOut: number;
  firstMs: number;
  lastMs: number;
}

function openBooks(): Books {
  return {
    stories: new Map(),
    breaker: new Map(),
    looks: new Map(),
    ids: { exempted: idSets(), kept: idSets(), breakerHeld: idSets(), others: idSets(), unknown: idSets() },
    storiesLeftOut: 0,
    firstMs: Number.POSITIVE_INFINITY,
    lastMs: Number.NEGATIVE_INFINITY,
  };
}

/** What holds a job back is counted by job, whatever became of it later. */
function noteHolds({ ids }: Books, { heldBack, story, sweep, owner, rule }: JobSeen): void {
  if (heldBack?.by === 'exemption') ids.exempted.note(heldBack.why, `${story} ${rule.name}`);
  if (heldBack?.by === 'opt-out') ids.kept.note(owner, story);
  if (heldBack?.by === 'breaker') ids.breakerHeld.note(rule.name, sweep);
}

function noteJob(books: Books, event: Unwrapped, name: string): Noted {
  const seen = jobSeen(event, name);
  if (typeof seen === 'string') return { unreadable: seen };
  const { stories } = books;
  const known = stories.get(seen.story);
  if (known === undefined && stories.size >= mostStories) {
    books.storiesLeftOut += 1;
    return 'taken';
  }
  const story = known ?? storyOf(seen);
  stories.set(seen.story, story);
  addTo(story, seen);
  noteHolds(books, seen);
  return 'taken';
}

function noteLooks({ ids, looks }: Books, { sweep, data }: Unwrapped): void {
  const rules = looksShape.safeParse(data).data?.rules;
  if (rules === undefined || !ids.others.note(looksName, sweep)) return;
  for (const [rule, { jobs, unknown }] of Object.entries(rules)) {
    const before = looks.get(rule) ?? { jobs: 0, unknown: 0 };
    looks.set(rule, { jobs: before.jobs + jobs, unknown: before.unknown + unknown });
  }
}

function noteBreaker({ breaker }: Books, { id, data, atMs, sweep }: Unwrapped, name: string): void {
  const byHand = breakerShape.safeParse(data).data?.closedByHand !== undefined;
  breaker.set(id, { opened: name === 'breaker.opened', atMs, sweep, byHand });
}

function noteIn(books: Books, event: Unwrapped): Noted {
  const name = event.type === sweepLine ? sweepLine : eventName(event.type);
  if (jobNames.has(name)) return noteJob(books, event, name);
  if (name !== sweepLine && name !== noticeName && !Object.hasOwn(severities, name)) {
    books.ids.unknown.note(event.type, event.id);
    return 'unknown';
  }
  if (name === sweepLine || name === 'sweep.completed') noteLooks(books, event);
  if (name === sweepLine) return 'taken';
  if (books.ids.others.note(name, event.id) && name.startsWith('breaker.')) noteBreaker(books, event, name);
  return 'taken';
}

function noteValue(books: Books, value: unknown, sinceMs: number): Noted {
  const event = unwrapped(value);
  if (typeof event === 'string') return { unreadable: event };
  if (event.atMs < sinceMs) return 'earlier';
  const noted = noteIn(books, event);
  if (noted !== 'taken') return noted;
  books.firstMs = Math.min(books.firstMs, event.atMs);
  books.lastMs = Math.max(books.lastMs, event.atMs);
  return noted;
}

function gatheredIn({ stories, breaker, looks, ids, ...books }: Books): Gathered {
  const isAny = books.firstMs <= books.lastMs;
  return {
    stories,
    breaker,
    looks,
    looksOfSweeps: ids.others.all.get(looksName)?.size ?? 0,
    others: ids.others.all,
    unknownTypes: ids.unknown.all,
    exempted: ids.exempted.all,
    kept: ids.kept.all,
    breakerHeld: ids.breakerHeld.all,
    notices: ids.others.all.get(noticeName) ?? new Set(),
    firstMs: isAny ? books.firstMs : undefined,
    lastMs: isAny ? books.lastMs : undefined,
    leftOut: books.storiesLeftOut + Object.values(ids).reduce((sum, one) => sum + one.leftOut(), 0),
  };
}

/** Begins to take what was stored since a moment (epoch ms). It keeps a small story of each job, never the events. */
export function gathering(sinceMs: number): Gathering {
  const books = openBooks();
  return { note: (value) => noteValue(books, value, sinceMs), gathered: () => gatheredIn(books) };
}
