import type { Job } from '../jobs/job.ts';
import type { Contact, Owner } from '../jobs/owner.ts';
import { compileValues, type ValueTest } from '../policy/pattern.ts';
import type { Policy } from '../policy/schema.ts';
import { addressOf } from './address.ts';

/** Label → value of the label → address: the files that `owners.lookups` names, as they were read. */
export type Lookups = Readonly<Record<string, Readonly<Record<string, string>>>>;

type OwnerPolicy = Pick<Policy, 'owners' | 'operators' | 'groups'>;
type Found = Omit<Owner, 'foundBy'>;

/** One step and what came of it: somebody, a sentence about why nobody, or nothing worth saying. */
interface Step {
  readonly by: string;
  readonly found?: Found;
  readonly passed?: string;
}

interface Search {
  readonly job: Job;
  readonly policy: OwnerPolicy;
  readonly lookups: Lookups;
}

/**
 * Says who answers for a job: the first step of the policy's `owners` that finds somebody, in the order labels, lookups,
 * principals, domains, projects, fallback; then the operators; then nobody, with no way to reach them. `foundBy` names
 * the step, and the steps before it that had something to go by and still found nobody.
 */
export function ownerOf(job: Job, policy: OwnerPolicy, lookups: Lookups = {}): Owner {
  const passed: string[] = [];
  for (const step of steps({ job, policy, lookups })) {
    if (step.found !== undefined) return { ...step.found, foundBy: inWords(step.by, passed) };
    if (step.passed !== undefined) passed.push(step.passed);
  }
  return { name: 'nobody', kind: 'fallback', reach: {}, foundBy: inWords('nobody', passed) };
}

function inWords(by: string, passed: readonly string[]): string {
  return passed.length === 0 ? by : `${by} (${passed.join('; ')})`;
}

function* steps(search: Search): Generator<Step> {
  const { owners, operators } = search.policy;
  if (search.job.labels === undefined && owners.labels.length + Object.keys(owners.lookups).length > 0) {
    yield { by: 'labels', passed: 'the labels are unknown' };
  }
  for (const key of owners.labels) yield byLabel(key, search);
  for (const [key, file] of Object.entries(owners.lookups)) yield byLookup(key, file, search);
  if (search.job.principal === undefined && owners.principals.length + owners.domains.length > 0) {
    yield { by: 'principal', passed: 'the principal is unknown' };
  }
  yield* byPattern('principal', search);
  yield byDomain(search);
  yield* byPattern('project', search);
  yield byContact('fallback', owners.fallback);
  yield byContact('operators', operators);
}

function byLabel(key: string, { job, policy: { owners } }: Search): Step {
  const by = `label ${key}`;
  const value = own(job.labels, key);
  if (value === undefined || value === '') return { by };
  const found = team(value, owners.teams) ?? person(value, owners.domains);
  const domains = owners.domains.length === 0 ? 'of a domain in domains' : `of ${owners.domains.join(', ')}`;
  return { by, found, passed: `${by} is "${value.slice(0, 63)}", which is no team and no address ${domains}` };
}

function byLookup(key: string, file: string, { job, policy: { owners }, lookups }: Search): Step {
  const by = `lookup of ${key} in ${file}`;
  const value = own(job.labels, key);
  if (value === undefined || value === '') return { by };
  const address = own(own(lookups, key), value);
  if (address === undefined) return { by, passed: `${key} "${value.slice(0, 63)}" is not in ${file}` };
  const found = team(address, owners.teams) ?? person(address, undefined);
  return { by, found, passed: `${file} has no address for ${key} "${value.slice(0, 63)}"` };
}

function* byPattern(kind: 'principal' | 'project', { job, policy: { owners, groups } }: Search): Generator<Step> {
  const written = kind === 'principal' ? owners.principals : owners.projects;
  for (const { pattern, team: name } of written) {
    const holds = compiled(pattern, kind, groups);
    if (holds(job[kind]) !== true) continue;
    const by = `${kind} pattern ${pattern}`;
    yield { by, found: team(name, owners.teams), passed: `${by} names the team ${name}, which is not among teams` };
  }
}

function byDomain({ job: { principal }, policy: { owners } }: Search): Step {
  const found = principal === undefined ? undefined : person(principal, owners.domains);
  return { by: `domain ${found?.name.split('@')[1]}`, found };
}

function byContact(by: 'fallback' | 'operators', reach: Contact | undefined): Step {
  return { by, found: reach === undefined ? undefined : { name: by, kind: 'fallback', reach } };
}

function team(name: string, teams: Readonly<Record<string, Contact>>): Found | undefined {
  const reach = own(teams, name);
  return reach === undefined ? undefined : { name, kind: 'team', reach };
}

/** A person by address; only one of the domains where these are given. */
function person(text: string, domains: readonly string[] | undefined): Found | undefined {
  const address = addressOf(text);
  if (address === undefined || domains?.includes(address.domain) === false) return undefined;
  const { email } = address;
  return { name: email, kind: 'person', reach: { email } };
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Patterns are compiled once for each version of the policy. */
const tests = new WeakMap<Policy['groups'], Map<string, ValueTest>>();

function compiled(pattern: string, kind: 'principal' | 'project', groups: Policy['groups']): ValueTest {
  const known = tests.get(groups) ?? new Map<string, ValueTest>();
  tests.set(groups, known);
  const key = `${kind} ${pattern}`;
  const test = known.get(key) ?? compileValues([pattern], { groups, lowerCase: kind === 'principal' });
  known.set(key, test);
  return test;
}
