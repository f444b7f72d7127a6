import { z } from 'zod';
import { peakRssBytes } from '../peak.ts';

/** What a contender says of itself. `isWhole`: everything was listed in time. `found`: jobs over a limit; `firstFoundMs`: when the first was judged, from the start. */
export const resultSchema = z.object({
  isWhole: z.boolean(),
  tookMs: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  jobs: z.number(),
  found: z.number(),
  firstFoundMs: z.number().nullable(),
  reads: z.number(),
  writes: z.number(),
});

export type Result = z.infer<typeof resultSchema>;

/** What the process took since then, and the most memory it ever had. */
export function resultOf(
  began: { readonly ms: number; readonly cpu: NodeJS.CpuUsage },
  counts: { readonly jobs: number; readonly found: number },
): Result {
  const tookMs = performance.now() - began.ms;
  const { user, system } = process.cpuUsage(began.cpu);
  return {
    isWhole: true,
    tookMs,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: peakRssBytes(),
    ...counts,
    firstFoundMs: null,
    reads: 0,
    writes: 0,
  };
}
