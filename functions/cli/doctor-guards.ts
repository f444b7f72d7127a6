import type { Ask } from '../../shared/access/ask.ts';
import { customQuotas, perDay, perUserPerDay, projectOptions, queryUsage } from '../../shared/access/guards.ts';
import type { NamedTarget } from '../../shared/evaluate/compile.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { apiFault, fine, wrong, type Check } from './doctor-checks.ts';
import type { Outside } from './command.ts';
import { callBudget } from './live.ts';

const timeoutOption = 'default_query_job_timeout_ms';
const sixHoursMs = 21_600_000;

/** Twice the longest run time that a rule allows: BigQuery is to stop what the watchdog missed, not what it lets run. */
function timeoutFor({ rules }: Policy): number {
  const longest = Math.max(0, ...rules.map(({ limit }) => limit?.of.runTime ?? 0));
  return longest === 0 ? sixHoursMs : longest * 2;
}

function commandFor(project: string, region: string, ms: number): string {
  const sql = `ALTER PROJECT \\\`${project}\\\` SET OPTIONS (\\\`region-${region.toLowerCase()}.${timeoutOption}\\\` = ${ms})`;
  return `bq query --project_id=${project} --location=${region} --use_legacy_sql=false "${sql}"`;
}

async function timeoutCheck(project: string, region: string, policy: Policy, ask: Ask): Promise<Check> {
  const what = `${timeoutOption} of ${project} in ${region}`;
  try {
    const value = (await projectOptions(ask, project, region)).get(timeoutOption);
    if (value !== undefined && value !== '0') return fine(what, `${value} ms.`);
    const says = 'Not set: a query may run for six hours, three times over, when nobody watches.';
    const command = commandFor(project, region, timeoutFor(policy));
    return wrong(what, { code: 'guard-missing', says, try: `Run: ${command}`, severity: 'warning' });
  } catch (error) {
    return apiFault(what, error, { api: 'bigquery.googleapis.com', project });
  }
}

/** What the commands propose, in MiB: 10 TiB for a project, 1 TiB for one of its users. */
const proposals: readonly (readonly [name: string, unit: string, mebibytes: number])[] = [
  ['QueryUsagePerDay', perDay, 10_485_760],
  ['QueryUsagePerUserPerDay', perUserPerDay, 1_048_576],
];

function setQuota(project: string, unit: string, value: number): string {
  const what = `--service=bigquery.googleapis.com --metric=${queryUsage} --unit='${unit}'`;
  return `gcloud alpha services quota update --consumer=projects/${project} ${what} --value=${value} --force`;
}

async function quotaChecks(project: string, ask: Ask): Promise<readonly Check[]> {
  try {
    const { unit: measure, set } = await customQuotas(ask, project);
    return proposals.map(([name, unit, value]) => {
      const what = `${name} of ${project}`;
      const own = set.get(unit);
      if (own !== undefined) return fine(what, `${own} ${measure || 'MiBy'}.`);
      const says = `Not set: the queries of a day are only bounded by Google's default.`;
      const cure = `Choose a value in MiB, and run: ${setQuota(project, unit, value)}`;
      return wrong(what, { code: 'guard-missing', says, try: cure, severity: 'warning' });
    });
  } catch (error) {
    return [apiFault(`custom quotas of ${project}`, error, { api: 'serviceusage.googleapis.com', project })];
  }
}

/** Where the jobs of a target run now; nowhere: BigQuery's usual place. */
async function regionsOf(target: NamedTarget, outside: Outside): Promise<readonly string[]> {
  const found = new Set<string>();
  try {
    const source = await outside.source(target.engine);
    for await (const { jobs } of source.list(target, callBudget(outside))) {
      for (const { location } of jobs) if (location !== undefined) found.add(location);
    }
  } catch {
    // Without the right to list jobs the limits can be looked at all the same.
  }
  return found.size === 0 ? ['US'] : [...found].sort();
}

/** BigQuery's own limits of a project that are set, and those that are not. `regions`: where to look, if it is said. */
export async function guardChecks(
  target: NamedTarget,
  policy: Policy,
  { ask, outside, regions }: { readonly ask: Ask; readonly outside: Outside; readonly regions: readonly string[] },
): Promise<readonly Check[]> {
  const { project } = target;
  const places = regions.length > 0 ? regions : await regionsOf(target, outside);
  const timeouts: Check[] = [];
  for (const region of places) timeouts.push(await timeoutCheck(project, region, policy, ask));
  return [...timeouts, ...(await quotaChecks(project, ask))];
}
