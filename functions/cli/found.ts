import { parentOf, type FoundProjects } from '../../shared/evaluate/compile.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Outside } from './command.ts';
import { callBudget, engineProblem } from './live.ts';

/** The projects below the folders and organizations of a policy. Which are new is known to the ledger only: none is here. */
export async function findProjects(
  policy: Policy,
  outside: Outside,
): Promise<{ readonly found: FoundProjects; readonly problems: readonly Problem[] }> {
  const parents = [...new Set(policy.targets.flatMap((entry) => parentOf(entry) ?? []))];
  const found: Record<string, FoundProjects[string]> = {};
  const problems: Problem[] = [];
  for (const parent of parents) {
    const where = `bigquery:${parent}`;
    try {
      const source = await outside.source('bigquery');
      outside.progress(`Looking for projects below ${parent}`);
      const below = await source.projectsBelow?.(parent, callBudget(outside));
      found[parent] = (below?.projects ?? []).map((project) => ({ project, isNew: false }));
      if (below?.failed !== undefined) problems.push(incomplete(where, below.failed));
    } catch (error) {
      problems.push(engineProblem(error, where));
    }
  }
  return { found, problems };
}

function incomplete(where: string, why: string): Problem {
  const cure =
    'Grant resourcemanager.projects.list and resourcemanager.folders.list there (roles/browser), or look again.';
  return { code: 'target-failed', severity: 'error', where, says: `${why}.`, try: cure };
}
