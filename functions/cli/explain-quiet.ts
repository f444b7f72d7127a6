import { namedTargets } from '../../shared/evaluate/compile.ts';
import { listEveryMs } from '../../shared/evaluate/list-every.ts';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { compiledFor } from './asked.ts';
import type { Explained } from './explain-lines.ts';

const minuteMs = 60_000;

/**
 * How often the place of the job is listed once it has had no jobs for a while, where the rules leave time for that: only
 * places that the policy finds below a folder or an organization may be quiet.
 */
export function quietLines({ job, policy, circumstances }: Explained): readonly string[] {
  const finds = policy.targets.some((target) => target.engine === 'bigquery' && target.projects === undefined);
  const isNamed = namedTargets(policy).some(({ name }) => name === job.target);
  if (job.engine !== 'bigquery' || !finds || isNamed) return [];
  const everyMs = listEveryMs(compiledFor(policy, circumstances), job);
  if (everyMs <= minuteMs) return ['Its project is listed every minute: the limits there leave no time for less.'];
  const said = `After an hour without jobs its project is listed every ${formatDuration(everyMs)}`;
  return [`${said}: that is five times at least before the shortest limit there passes.`];
}
