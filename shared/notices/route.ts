import type { Job } from '../jobs/job.ts';
import type { Contact, Owner } from '../jobs/owner.ts';
import type { Action } from '../jobs/verdict.ts';
import type { NoticeBlock } from '../policy/match.ts';
import type { Receiver as RoutedTo } from '../policy/notices.ts';
import { compileValues } from '../policy/pattern.ts';
import type { Policy } from '../policy/schema.ts';
import { receiverKey, type Receiver } from './notice.ts';

/** The part of a policy that says who is told. */
export type RoutePolicy = Pick<Policy, 'operators' | 'owners' | 'routes' | 'groups'>;

/** What a route can ask about. `event` is the name of the audit event, such as `job.cancelled`. */
export interface Routable {
  readonly event: string;
  readonly action: Action;
  readonly rule: string;
  readonly job: Job;
}

/** Ways to reach one destination, tried in order. */
export type Chain = readonly Receiver[];

function inRoom(contact: Contact): Chain {
  return contact.slack === undefined ? [] : [{ channel: 'slack', to: { channel: contact.slack } }];
}

function inPerson(contact: Contact): Chain {
  return contact.email === undefined ? [] : [{ channel: 'slack', to: { email: contact.email } }];
}

function contactChain(contact: Contact | undefined): Chain {
  return contact === undefined ? [] : [...inRoom(contact), ...inPerson(contact)];
}

function unique(chain: Chain): Chain {
  return [...new Map(chain.map((one) => [receiverKey(one), one])).values()];
}

/** How the operators are reached; where the policy names none, those who hear of jobs without an owner. */
export function operatorsChain(policy: RoutePolicy): Chain {
  return unique([...contactChain(policy.operators), ...contactChain(policy.owners.fallback)]);
}

/** How an owner is reached: a person directly, a team in its channel, then the fallback, then the operators. */
export function ownerChain(owner: Owner, policy: RoutePolicy): Chain {
  const { reach, kind } = owner;
  const own = kind === 'person' ? [...inPerson(reach), ...inRoom(reach)] : contactChain(reach);
  return unique([...own, ...contactChain(policy.owners.fallback), ...contactChain(policy.operators)]);
}

function holds(wants: readonly string[] | undefined, value: string | undefined, policy: RoutePolicy): boolean {
  if (wants === undefined) return true;
  return compileValues(wants, { groups: policy.groups, lowerCase: false })(value) === true;
}

function labelHolds(wants: readonly string[], value: string | undefined, policy: RoutePolicy): boolean {
  const word = value === undefined ? 'absent' : 'present';
  const patterns = wants.filter((want) => want !== 'present' && want !== 'absent');
  const negated = patterns.filter((want) => want.startsWith('!'));
  const positive = patterns.filter((want) => !want.startsWith('!'));
  const none = negated.length === 0 || value === undefined || holds(negated, value, policy);
  const some =
    wants.includes(word) ||
    (positive.length === 0 ? negated.length === wants.length : value !== undefined && holds(positive, value, policy));
  return none && some;
}

function blockHolds(block: NoticeBlock, { event, action, rule, job }: Routable, policy: RoutePolicy): boolean {
  const principals = block.principal?.map((want) => want.toLowerCase());
  return (
    holds(block.event, event, policy) &&
    holds(block.action, action, policy) &&
    holds(block.rule, rule, policy) &&
    holds(block.engine, job.engine, policy) &&
    holds(block.project, job.project, policy) &&
    holds(block.location, job.location, policy) &&
    holds(principals, job.principal, policy) &&
    Object.entries(block.labels ?? {}).every(
      ([key, wants]) => job.labels !== undefined && labelHolds(wants, job.labels[key], policy),
    )
  );
}

/** Positions of the routes that count for a notice: the first that matches, and those it continues to. */
export function routesFor(about: Routable, policy: RoutePolicy): readonly number[] {
  const found: number[] = [];
  for (const [position, route] of policy.routes.entries()) {
    if (route.match.length > 0 && !route.match.some((block) => blockHolds(block, about, policy))) continue;
    found.push(position);
    if (!route.continue) return found;
  }
  return found;
}

function destinations(about: Routable, policy: RoutePolicy): readonly RoutedTo[] {
  const found = routesFor(about, policy).flatMap((position) => policy.routes[position]?.to ?? []);
  return found.length > 0 ? found : [{ who: 'owner' }];
}

function chainOf(to: RoutedTo, owner: Owner, policy: RoutePolicy): Chain {
  if (to.who === 'contact') return unique([...contactChain(to.contact), ...operatorsChain(policy)]);
  // Where notify does not have the channel, the operators get the notice, with the reason.
  if (to.who === 'channel') return [{ channel: to.channel, to: { channel: to.channel } }, ...operatorsChain(policy)];
  return to.who === 'owner' ? ownerChain(owner, policy) : operatorsChain(policy);
}

/**
 * Who is told about a job now: a chain per destination, by the first route that matches and those it continues to; the
 * owner where there is no route. A field that is not known does not match.
 */
export function chainsFor(about: Routable, owner: Owner, policy: RoutePolicy): readonly Chain[] {
  const chains = destinations(about, policy).map((to) => chainOf(to, owner, policy));
  return [...new Map(chains.map((chain) => [chain.map(receiverKey).join(' '), chain])).values()];
}
