import type { CallBudget } from '../../shared/engines/engine.ts';
import type { Sources } from '../../shared/engines/list.ts';
import { parentOf, type FoundProjects } from '../../shared/evaluate/compile.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { Policy } from '../../shared/policy/schema.ts';

/** The projects that a policy means without naming them, and what went wrong in finding them. */
export interface Discovered {
  readonly found: FoundProjects;
  /** Where not all could be found, and why: a target that failed. */
  readonly failed: readonly { readonly target: string; readonly why: string }[];
  readonly troubles: readonly string[];
  /** For the ledger; undefined where nobody asks which projects are new. */
  readonly projectsSeen: LedgerDocument['projectsSeen'];
}

const newForMs = 7 * 86_400_000;
const nothing = { projects: [], old: [] };

/** Where the policy wants projects to be found, each place once. */
function parentsIn({ targets }: Policy): readonly string[] {
  return [...new Set(targets.flatMap((entry) => parentOf(entry) ?? []))];
}

/** Whether a target treats new projects in another way: only then is it noted when each was seen first. */
function asksWhatIsNew({ targets }: Policy): boolean {
  return targets.some((entry) => entry.engine === 'bigquery' && entry.newProjects !== undefined);
}

/** When each project was seen first. Those that are gone are forgotten, but not because they could not be looked for. */
function seenBy(nowMs: number, before: LedgerDocument['projectsSeen'], projects: readonly string[], isWhole: boolean) {
  const seen = Object.entries(before ?? {}).filter(([project]) => !isWhole || projects.includes(project));
  const known = new Map(seen.map(([project, atMs]) => [project, nowMs - atMs < newForMs ? atMs : 0]));
  for (const project of projects) if (!known.has(project)) known.set(project, nowMs);
  return Object.fromEntries(known);
}

/** Finds the projects below the folders and organizations of the policy, unless others have found them. Never throws. */
export async function discover(
  policy: Policy,
  { bigquery }: Sources,
  before: LedgerDocument,
  by: { readonly nowMs: number; readonly budget: CallBudget; readonly found?: FoundProjects | undefined },
): Promise<Discovered> {
  if (by.found !== undefined) return { found: by.found, failed: [], troubles: [], projectsSeen: undefined };
  const parents = parentsIn(policy);
  const failed = 'this engine cannot look for projects now';
  const all = await Promise.all(
    parents.map(async (parent) => {
      const below = (await bigquery?.projectsBelow?.(parent, by.budget)) ?? { ...nothing, failed };
      return { parent, ...below };
    }),
  );
  const isWhole = all.every((one) => one.failed === undefined && one.old.length === 0);
  const projects = all.flatMap((one) => one.projects);
  const projectsSeen = asksWhatIsNew(policy) ? seenBy(by.nowMs, before.projectsSeen, projects, isWhole) : undefined;
  const isNew = (project: string) => by.nowMs - (projectsSeen?.[project] ?? 0) < newForMs;
  return {
    found: Object.fromEntries(
      all.map(({ parent, projects: below }) => [parent, below.map((project) => ({ project, isNew: isNew(project) }))]),
    ),
    failed: all.flatMap(({ parent, failed: why }) =>
      why === undefined ? [] : [{ target: `bigquery:${parent}`, why }],
    ),
    troubles: all.flatMap(({ old }) => old),
    projectsSeen,
  };
}
