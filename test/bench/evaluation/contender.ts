import type { Job } from '../../../shared/jobs/job.ts';

/** Jobs made ready for a contender, outside the timed part. */
interface Loaded {
  /** Decides every job once; the sum keeps the work from being optimised away. */
  readonly run: () => number | Promise<number>;
  /** The names of the rules that apply, job by job. */
  readonly pairs: () => Promise<readonly (readonly string[])[]>;
}

/** One way to hold a set of rules against jobs. */
export interface Contender {
  /** A short word for the ids of figures. */
  readonly id: string;
  readonly name: string;
  readonly load: (jobs: readonly Job[]) => Loaded;
}
