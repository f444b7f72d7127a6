import type { EngineName, Job } from '../jobs/job.ts';
import type { Mode } from '../jobs/verdict.ts';
import { compileValues } from '../policy/pattern.ts';
import type { Freeze } from '../policy/calendar.ts';
import type { Exemption } from '../policy/exceptions.ts';
import type { Rule } from '../policy/rule.ts';
import type { Policy } from '../policy/schema.ts';
import type { Target } from '../policy/targets.ts';
import { candidatesOf, type Candidates } from './candidates.ts';
import { numbersOf, type Numbers } from './limits.ts';
import { compileMatch, type BlockMatcher } from './matchers.ts';
import type { Costs } from './measure.ts';
import type { Truth } from './truth.ts';

/** That the owner of a job was told of a rule: when the notice was written, and what became of it, if that is known. */
export interface ToldState {
  readonly atMs: number;
  readonly receipt?: { readonly how: 'delivered' | 'undeliverable'; readonly atMs: number };
}

/** A project that was found below a folder or an organization; new: first seen less than 7 days ago. */
interface FoundProject {
  readonly project: string;
  readonly isNew: boolean;
}

/** The projects that were found, by where: `folders/…` or `organizations/…`. */
export type FoundProjects = Readonly<Record<string, readonly FoundProject[]>>;

/** What the deployment adds to the policy. */
export interface Deployment {
  readonly setting: Mode;
  /** What makes the setting observe where that is not the deployment itself, in words. */
  readonly settingSays?: string;
  readonly ownPrincipal: string | undefined;
  readonly costs: Costs;
  /** What was found below folders and organizations; without it, only what the policy names is a target. */
  readonly found?: FoundProjects;
  /** What its owner was told of a rule; undefined: nothing yet. Left out where there are no cases: nobody was told. */
  readonly told?: (job: Job, rule: string) => ToldState | undefined;
  /** How many other jobs of its principal were kept by a label today. Left out where there are no cases. */
  readonly keptBefore?: (job: Job) => number;
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly order: number;
  readonly match: readonly BlockMatcher[];
  /** The limit and, where there is one, the warning line. */
  readonly lines: readonly Numbers[];
}

/** A policy made ready to judge many jobs: patterns compiled once, names looked up once. */
export interface Compiled {
  readonly policy: Policy;
  readonly deployment: Deployment;
  readonly rules: readonly CompiledRule[];
  readonly ruleNamed: ReadonlyMap<string, Rule>;
  /** Which of the rules have to be held against a job at all. */
  readonly candidates: Candidates;
  readonly exemptions: readonly { readonly entry: Exemption; readonly match: readonly BlockMatcher[] }[];
  readonly freezes: readonly { readonly entry: Freeze; readonly match: readonly BlockMatcher[] }[];
  readonly isProtected: (principal: string | null | undefined) => Truth;
  readonly mayOptOut: (principal: string | null | undefined) => Truth;
  readonly targetModes: ReadonlyMap<string, Mode>;
}

/** One place to look, as the policy names it. `name` is what jobs carry as their `target`. */
export interface NamedTarget {
  readonly engine: EngineName;
  readonly name: string;
  readonly project: string;
  readonly mode: Mode;
  /** What of an engine with several kinds of work is looked for, and which of its operations. */
  readonly kinds?: readonly string[] | undefined;
  readonly verbs?: readonly string[] | undefined;
}

const softest = (a: Mode, b: Mode): Mode => (a === 'observe' || b === 'observe' ? 'observe' : 'enforce');

/** The folder or organization whose projects an entry means, as Resource Manager names it. */
export function parentOf(entry: Target): string | undefined {
  if (entry.engine !== 'bigquery') return undefined;
  if (entry.folder !== undefined) return `folders/${entry.folder}`;
  return entry.organization === undefined ? undefined : `organizations/${entry.organization}`;
}

type Place = Omit<NamedTarget, 'mode'> & { readonly mode?: Mode | undefined };

/** The projects of an entry, listed or found; a new one may have a softer mode. */
function projectsOf(entry: Target & { engine: 'bigquery' }, found: FoundProjects): readonly Place[] {
  const { engine, projects = [], exclude, newProjects } = entry;
  const below = (found[parentOf(entry) ?? ''] ?? []).filter(({ project }) => !exclude.includes(project));
  const all = [...projects.map((project) => ({ project, isNew: false })), ...below];
  return all.map(({ project, isNew }) => {
    const place = { engine, name: `${engine}:${project}`, project };
    return isNew ? { ...place, mode: newProjects } : place;
  });
}

/** The places of one entry, by name. A name says all that is needed to find its jobs again. */
function placesOf(entry: Target, found: FoundProjects): readonly Place[] {
  const { engine } = entry;
  switch (engine) {
    case 'bigquery':
      return projectsOf(entry, found);
    case 'data-fusion': {
      const { project, kinds, verbs } = entry;
      return entry.locations.map((location) => ({
        engine,
        name: `${engine}:${project}/${location}`,
        project,
        kinds,
        verbs,
      }));
    }
    case 'yandex-data-proc':
      return [{ engine, name: `${engine}:${entry.folder}`, project: entry.folder }];
    case 'dli': {
      const { cloud, region, project } = entry;
      return [{ engine, name: `${engine}:${cloud}/${region}/${project}`, project }];
    }
  }
}

const both = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : [...new Set([...a, ...b])];

/** The targets of the policy that name their places, and those that were found; one that is there twice has the softer mode. */
export function namedTargets(policy: Policy, found: FoundProjects = {}): readonly NamedTarget[] {
  const targets = new Map<string, NamedTarget>();
  for (const entry of policy.targets) {
    for (const { mode: own = 'enforce', ...place } of placesOf(entry, found)) {
      const known = targets.get(place.name);
      const mode = softest(softest(entry.mode ?? 'enforce', own), known?.mode ?? 'enforce');
      const more = { kinds: both(known?.kinds, place.kinds), verbs: both(known?.verbs, place.verbs) };
      targets.set(place.name, { ...place, ...(place.kinds !== undefined && more), mode });
    }
  }
  return [...targets.values()];
}

/** A rule without a match is meant for every job. */
function compileRule(rule: Rule, order: number, groups: Policy['groups']): CompiledRule {
  const match = rule.match.length === 0 ? [{ block: {}, keys: [], unless: [] }] : compileMatch(rule.match, groups);
  const lines = [rule.limit, rule.warnAt].filter((limit) => limit !== undefined).map(numbersOf);
  return { rule, order, match, lines };
}

/** Makes a policy ready to judge jobs. */
export function compile(policy: Policy, deployment: Deployment): Compiled {
  const { groups } = policy;
  const principals = (values: readonly string[] | undefined) => {
    const listed = values !== undefined && values.length > 0;
    return listed ? compileValues(values, { groups, lowerCase: true }) : () => false;
  };
  const rules = policy.rules.map((rule, order) => compileRule(rule, order, groups));
  return {
    policy,
    deployment,
    rules,
    ruleNamed: new Map(policy.rules.map((rule) => [rule.name, rule])),
    candidates: candidatesOf(rules, deployment.costs),
    exemptions: policy.exemptions.map((entry) => ({ entry, match: compileMatch(entry.match, groups) })),
    freezes: policy.freezes.map((entry) => ({ entry, match: compileMatch(entry.match, groups) })),
    isProtected: principals(policy.protect.principals),
    mayOptOut: principals(policy.optOut?.allowedFor),
    targetModes: new Map(namedTargets(policy, deployment.found).map((target) => [target.name, target.mode])),
  };
}
