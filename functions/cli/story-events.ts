import { z } from 'zod';
import { jobData } from '../../shared/audit/job-data.ts';

/** One step of a job's story, as it was published. */
const step = z.object({
  id: z.string(),
  type: z.string(),
  time: z.string(),
  case: z.string(),
  sequence: z.coerce.number().int(),
  correlationid: z.string().default(''),
  data: jobData,
});
export type Step = z.infer<typeof step>;

/** A row of the view all_events: the columns beside `data` are those of the event. */
const viewRow = z
  .object({ job_case: z.string(), sweep: z.string().nullish(), data: z.unknown() })
  .loose()
  .transform(({ job_case, sweep, ...rest }) => ({ ...rest, case: job_case, correlationid: sweep ?? '' }));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The columns of JSON come as text from `bq`, and as objects from an export. */
function unpacked(value: unknown): unknown {
  return typeof value === 'string' ? parsed(value) : value;
}

const withData = z.object({ data: z.unknown() }).loose();

/** The step in an event, in a row of the table of events, or in one of the view; undefined where there is none. */
export function stepIn(value: unknown): Step | undefined {
  const row = withData.safeParse(value).data;
  if (row === undefined) return undefined;
  const data = unpacked(row.data);
  const whole = { ...row, data };
  const inside = withData.safeParse(data).success ? data : undefined;
  const found = [whole, viewRow.safeParse(whole).data, inside].map((one) => step.safeParse(one).data);
  return found.find((one) => one !== undefined);
}

/** The steps in a text of one JSON value a line, or of one JSON list, and how many values were something else. */
export function stepsIn(text: string): { readonly steps: readonly Step[]; readonly others: number } {
  const whole = parsed(text);
  const values = Array.isArray(whole)
    ? whole
    : text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(parsed);
  const steps = values.map(stepIn).filter((one) => one !== undefined);
  return { steps, others: values.length - steps.length };
}

/** The steps of the story that an event or a case belongs to, each once, in order; none where it is not known. */
export function storyOf(steps: readonly Step[], id: string): readonly Step[] {
  const story = steps.find((one) => one.id === id || one.case === id)?.case;
  const own = steps.filter((one) => one.case === story);
  return [...new Map(own.map((one) => [one.id, one])).values()].sort((one, other) => one.sequence - other.sequence);
}
