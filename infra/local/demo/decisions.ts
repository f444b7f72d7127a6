import { z } from 'zod';

const decision = z.object({
  event: z.literal('decision'),
  isNews: z.literal(true),
  message: z.string(),
  job: z.object({ project: z.string(), id: z.string() }),
  rule: z.string(),
  action: z.string(),
  did: z.string(),
  heldBack: z.string().optional(),
});

/** A decision of `watch` that is news, as its log has it. */
export type Decision = z.infer<typeof decision>;

/** Reads a log line of the functions; undefined when it is not about a new decision. */
export function readDecision(line: string): Decision | undefined {
  try {
    const read = decision.safeParse(JSON.parse(line));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** The part of a decision's message that says why: what the job did, and under which rule. */
export function reasonOf({ message, rule }: Decision): string {
  const [, reason] = /^\S+ (.*) \(rule /.exec(message) ?? [];
  return `${reason ?? message} (rule ${rule})`;
}
