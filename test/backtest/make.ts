import { backtest } from '../../shared/backtest/backtest.ts';
import type { Answer } from '../../shared/backtest/answer.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import { aPolicy, type WrittenPolicy } from '../make.ts';

// Synthetic: no such policy exists.

/** What a policy would have done with these jobs. */
export function answered(written: WrittenPolicy | string, jobs: readonly PastJob[]): Answer {
  const test = backtest({ policy: aPolicy(written) });
  for (const job of jobs) test.note(job);
  return test.answer();
}
