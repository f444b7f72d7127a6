/** The project that stands in every record: its pages serve for all projects of the bench. */
export const recordProject = 'bench-analytics';

/** The id of the one job that runs for too long, in the project that has it. */
export const runawayId = 'job_bench_runaway';

/** The names of so many projects. */
export const projectNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(5, '0')}`);
