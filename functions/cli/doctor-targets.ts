import type { Ask } from '../../shared/access/ask.ts';
import { heldInProject } from '../../shared/access/permissions.ts';
import type { NamedTarget } from '../../shared/evaluate/compile.ts';
import type { Outside } from './command.ts';
import { apiFault, fine, wrong, type Check } from './doctor-checks.ts';
import { grantCancelling, grantSeeing, type Member } from './doctor-grants.ts';
import { callBudget, engineProblem } from './live.ts';

/** How targets are looked at. `mayCancel`: whether anything is ever cancelled, so that the permission is needed. */
export interface LookingAt {
  readonly ask: Ask;
  readonly outside: Outside;
  readonly member: Member;
  readonly mayCancel: boolean;
}

const seeing = ['bigquery.jobs.list', 'bigquery.jobs.listAll', 'bigquery.jobs.get'];
const cancelling = 'bigquery.jobs.update';

function missing(what: string, lacks: readonly string[], cure: string): Check {
  return wrong(what, { code: 'permission-missing', says: `${lacks.join(', ')} is missing.`, try: `Run: ${cure}` });
}

/** What the caller may do with the jobs of a project; nothing is listed, and nothing cancelled. */
async function permissionChecks({ project }: NamedTarget, by: LookingAt): Promise<readonly Check[]> {
  const what = `permissions in ${project}`;
  try {
    const held = await heldInProject(by.ask, project, [...seeing, cancelling]);
    const lacks = seeing.filter((one) => !held.has(one));
    const sees =
      lacks.length === 0
        ? fine(`see jobs in ${project}`, `${seeing.join(', ')} are granted.`)
        : missing(`see jobs in ${project}`, lacks, grantSeeing(project, by.member));
    const cancel = `cancel jobs in ${project}`;
    if (held.has(cancelling))
      return [sees, fine(cancel, `${cancelling} is granted; nothing was cancelled to find out.`)];
    if (by.mayCancel) return [sees, missing(cancel, [cancelling], grantCancelling(project, by.member))];
    return [sees, fine(cancel, `${cancelling} is not granted, and not needed: nothing is enforced.`)];
  } catch (error) {
    return [apiFault(what, error, { api: 'cloudresourcemanager.googleapis.com', project })];
  }
}

interface Seen {
  readonly jobs: number;
  readonly redacted: number;
}

async function firstPage(target: NamedTarget, outside: Outside): Promise<Seen> {
  const source = await outside.source(target.engine);
  for await (const { jobs } of source.list(target, callBudget(outside))) {
    return { jobs: jobs.length, redacted: jobs.filter(({ redacted }) => redacted).length };
  }
  return { jobs: 0, redacted: 0 };
}

/** Whether the jobs of all users can be listed, with their contents. */
async function listCheck(target: NamedTarget, { outside, member }: LookingAt): Promise<Check> {
  const what = `list ${target.name}`;
  try {
    const { jobs, redacted } = await firstPage(target, outside);
    if (redacted === 0)
      return fine(what, `${jobs} running or waiting ${jobs === 1 ? 'job' : 'jobs'} on the first page.`);
    const says = `${redacted} of ${jobs} jobs came redacted: they are never judged. bigquery.jobs.listAll is missing.`;
    return wrong(what, { code: 'jobs-redacted', says, try: `Run: ${grantSeeing(target.project, member)}` });
  } catch (error) {
    const { says, try: cure } = engineProblem(error, target.name);
    const isDenied = target.engine === 'bigquery' && /\b403\b|denied|forbidden/i.test(says);
    const grant = `Run: ${grantSeeing(target.project, member)}`;
    return wrong(what, { code: 'target-failed', says, try: isDenied ? grant : cure });
  }
}

/** Everything about one target. */
export async function targetChecks(target: NamedTarget, by: LookingAt): Promise<readonly Check[]> {
  const listed = await listCheck(target, by);
  return target.engine === 'bigquery' ? [listed, ...(await permissionChecks(target, by))] : [listed];
}
