import { z } from 'zod';
import { readRecord, swapRecord, type Kind, type Stored } from '../ledger/records.ts';
import type { Objects } from '../objects/objects.ts';

export const judgements = ['false-alarm', 'rightly'] as const;
/** What a person says of what was done, or would have been, to a job. */
export type Judgement = (typeof judgements)[number];

const mark = z.object({
  judged: z.enum(judgements),
  why: z.string().min(1).max(500),
  by: z.string().max(200).optional(),
  atMs: z.number(),
});
/** One judgement: what, why, who and when (epoch ms). */
export type Mark = z.infer<typeof mark>;

const written = z.object({
  version: z.literal(1),
  case: z.string(),
  job: z.string(),
  mark,
  /** The ones before it, the oldest first. */
  before: z.array(mark),
});
/** The judgements of one case. The newest one counts; none is lost. */
export type MarkRecord = z.infer<typeof written>;

const kind: Kind<MarkRecord> = {
  schema: written,
  version: 1,
  is: 'The mark',
  cure: 'Delete it, and mark the job again.',
};

/** Where the judgements are. Nothing deletes them: they are as old as their jobs, and some hundred bytes each. */
export const marksFolder = 'marks/';
const timeoutMs = 10_000;
const nameOf = (story: string) => `${marksFolder}${story}.json`;

/** What came of a mark. `other`: somebody else has marked it, and nothing was written; `full`: it was marked too often. */
export type Marked =
  | { readonly how: 'marked'; readonly record: MarkRecord }
  | { readonly how: 'same' | 'other' | 'full'; readonly record: MarkRecord }
  | { readonly how: 'busy' };

const mostBefore = 50;
const mostTries = 5;

function next(stored: MarkRecord | undefined, story: { case: string; job: string }, one: Mark): MarkRecord {
  const before = stored === undefined ? [] : [...stored.before, stored.mark];
  return { version: 1, ...story, mark: one, before };
}

function refusal(known: MarkRecord | undefined, one: Mark, replaces: boolean): Marked | undefined {
  if (known === undefined) return undefined;
  const { judged, why, by } = known.mark;
  if (judged === one.judged && why === one.why && by === one.by) return { how: 'same', record: known };
  const isMine = by !== undefined && by === one.by;
  if (!isMine && !replaces) return { how: 'other', record: known };
  return known.before.length >= mostBefore ? { how: 'full', record: known } : undefined;
}

/**
 * Writes a judgement of a case as `marks/CASE.json`, created if absent. One by somebody else is only replaced where
 * `replaces` says so; what stood there is kept beside the new one. What the store says against it is thrown.
 */
export async function putMark(
  objects: Objects,
  { story, mark: one, replaces }: { readonly story: { case: string; job: string }; mark: Mark; replaces: boolean },
  now: () => number,
): Promise<Marked> {
  const name = nameOf(story.case);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const stored: Stored<MarkRecord> | undefined = await readRecord(objects, name, { ...kind, now, timeoutMs });
    const refused = refusal(stored?.value, one, replaces);
    if (refused !== undefined) return refused;
    const record = next(stored?.value, story, one);
    const bytes = new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`);
    const ifGeneration = stored?.generation ?? 'absent';
    if ((await swapRecord(objects, name, { bytes, ifGeneration, now, timeoutMs })) !== 'lost')
      return { how: 'marked', record };
  }
  return { how: 'busy' };
}

/** The judgement in an object of the folder; undefined where it is gone. One that cannot be read is an error. */
export async function readMark(objects: Objects, name: string, now: () => number): Promise<MarkRecord | undefined> {
  return (await readRecord(objects, name, { ...kind, now, timeoutMs }))?.value;
}
