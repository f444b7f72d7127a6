import { z } from 'zod';
import type { HeldBack } from '../jobs/verdict.ts';

/** The name of the stop switch: an object, or a file, beside the policy. */
export const stopName = 'STOP';

const order = z.object({
  until: z.iso.datetime(),
  reason: z.string().min(1).max(500),
  by: z.string().max(200).optional(),
});

/** An order to stop every cancel until a moment. */
export type StopOrder = z.infer<typeof order>;

/** What stops every cancel now. `order` is what stands in the switch, where it is an order. */
export interface Stopped extends HeldBack {
  readonly order?: StopOrder;
  /** Nobody is known to have ordered it: the switch could not be read. */
  readonly unreadable?: true;
}

/** The text of the switch. */
export function stopText(given: StopOrder): string {
  return `${JSON.stringify(given, undefined, 2)}\n`;
}

/** The order in the text of the switch, be it expired or not; undefined where the text is none. */
export function readOrder(text: string): StopOrder | undefined {
  try {
    return order.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * What the text of the switch means now; undefined: nothing is stopped. An order that expired stops nothing. Anything
 * that is no order stops everything: somebody put it there for a reason.
 */
export function readStop(text: string, nowMs: number): Stopped | undefined {
  const found = readOrder(text);
  if (found === undefined) {
    return {
      by: 'stop',
      why: `${stopName} stands beside the policy and does not say until when: everything is stopped.`,
    };
  }
  const { until, reason, by } = found;
  if (Date.parse(until) <= nowMs) return undefined;
  const whose = by === undefined ? '' : ` by ${by}`;
  return { by: 'stop', why: `Every cancel is stopped${whose} until ${until}: ${reason}.`, order: found };
}

/**
 * The stop switch: asked before every cancel. `read` gives the text of the switch, undefined where there is none, and
 * throws where that cannot be told; then everything is stopped. A setting that is not empty stops everything as well.
 */
export function stopSwitch(
  setting: string | undefined,
  read: () => Promise<string | undefined>,
  now: () => number,
): () => Promise<Stopped | undefined> {
  return async () => {
    if (setting !== undefined) return { by: 'stop', why: `The setting JOBWARDEN_STOP is set: ${setting}.` };
    try {
      const text = await read();
      return text === undefined ? undefined : readStop(text, now());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const says = `The stop switch cannot be read, so everything is stopped: ${why}`;
      return { by: 'stop', why: says, unreadable: true };
    }
  };
}
