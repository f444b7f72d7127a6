import type { Job } from '../jobs/job.ts';
import type { Contact, Owner } from '../jobs/owner.ts';
import type { Severity } from '../jobs/severity.ts';
import type { Action } from '../jobs/verdict.ts';
import { severities } from '../audit/event.ts';
import type { NoticeBlock } from '../policy/match.ts';
import type { Receiver as RoutedTo } from '../policy/notices.ts';
import { compileLabel } from '../policy/label.ts';
import { compileValues } from '../policy/pattern.ts';
import type { Policy } from '../policy/schema.ts';
import { receiverKey, type Receiver } from './notice.ts';

/** The part of a policy that says who is told. */
export type RoutePolicy = Pick<Policy, 'operators' | 'owners' | 'routes' | 'groups' | 'channels'>;

/**
 * What a route or a silence can ask about. `event` is the name of the audit event, such as `cancel.confirmed`; what is
 * about Jobwarden itself has no job, and may have no event.
 */
export interface Routable {
  readonly event?: string | undefined;
  readonly action?: Action;
  readonly rule?: string;
  readonly owner?: string | undefined;
  readonly job?: Job;
}

/** Ways to reach one destination, tried in order. */
export type Chain = readonly Receiver[];

type Channels = Pick<RoutePolicy, 'channels'>;

function inRoom({ slack }: Contact): Chain {
  return slack === undefined ? [] : [{ channel: 'slack', to: { channel: slack } }];
}

function bySlack({ email }: Contact): Chain {
  return email === undefined ? [] : [{ channel: 'slack', to: { email } }];
}

function byMail({ email }: Contact, { channels }: Channels): Chain {
  return email === undefined || channels.email === undefined ? [] : [{ channel: 'email', to: { email } }];
}

/** A person is written to in Slack, and by mail where that is set up and Slack does not find them, or is not set up. */
function inPerson(contact: Contact, policy: Channels): Chain {
  const mail = byMail(contact, policy);
  return policy.channels.slack === undefined && mail.length > 0 ? mail : [...bySlack(contact), ...mail];
}

/** A team or a list: its room, then its address; an address that is nobody's in Slack gets mail where that is set up. */
function contactChain(contact: Contact | undefined, policy: Channels): Chain {
  if (contact === undefined) return [];
  const mail = byMail(contact, policy);
  return [...inRoom(contact), ...(mail.length > 0 ? mail : bySlack(contact))];
}

function unique(chain: Chain): Chain {
  return [...new Map(chain.map((one) => [receiverKey(one), one])).values()];
}

/** How the operators are reached; where the policy names none, those who hear of jobs without an owner. */
export function operatorsChain(policy: RoutePolicy): Chain {
  const last: Chain =
    policy.channels.slackWebhook === undefined ? [] : [{ channel: 'slackWebhook', to: { channel: 'slackWebhook' } }];
  return unique([...contactChain(policy.operators, policy), ...contactChain(policy.owners.fallback, policy), ...last]);
}

/** How an owner is reached: a person directly, a team in its channel, then the fallback, then the operators. */
export function ownerChain(owner: Owner, policy: RoutePolicy): Chain {
  const { reach, kind } = owner;
  const own = kind === 'person' ? [...inPerson(reach, policy), ...inRoom(reach)] : contactChain(reach, policy);
  return unique([...own, ...contactChain(policy.owners.fallback, policy), ...operatorsChain(policy)]);
}

type MatchPolicy = Pick<RoutePolicy, 'groups'>;

function holds(wants: readonly string[] | undefined, value: string | undefined, policy: MatchPolicy): boolean {
  if (wants === undefined) return true;
  return compileValues(wants, { groups: policy.groups, lowerCase: false })(value) === true;
}

/** How loud the event is; undefined for one that has no name. */
function severityOf(event: string | undefined): Severity | undefined {
  return event === undefined ? undefined : Object.entries(severities).find(([name]) => name === event)?.[1];
}

function jobHolds(block: NoticeBlock, job: Job | undefined, policy: MatchPolicy): boolean {
  const principals = block.principal?.map((want) => want.toLowerCase());
  const labels = Object.entries(block.labels ?? {});
  return (
    holds(block.engine, job?.engine, policy) &&
    holds(block.project, job?.project, policy) &&
    holds(block.location, job?.location, policy) &&
    holds(principals, job?.principal, policy) &&
    labels.every(([key, wants]) => compileLabel(key, wants, policy.groups)(job?.labels) === true)
  );
}

/** Whether any block of a route or a silence holds; a field that is not known does not. No blocks match everything. */
export function matchesNotice(blocks: readonly NoticeBlock[], about: Routable, policy: MatchPolicy): boolean {
  const { event, action, rule, owner, job } = about;
  const isMeant = (block: NoticeBlock) =>
    holds(block.event, event, policy) &&
    holds(block.action, action, policy) &&
    holds(block.rule, rule, policy) &&
    holds(block.owner, owner, policy) &&
    holds(block.severity, severityOf(event), policy) &&
    jobHolds(block, job, policy);
  return blocks.length === 0 || blocks.some(isMeant);
}

/** Positions of the routes that count for a notice: the first that matches, and those it continues to. */
export function routesFor(about: Routable, policy: RoutePolicy): readonly number[] {
  const found: number[] = [];
  for (const [position, route] of policy.routes.entries()) {
    if (!matchesNotice(route.match, about, policy)) continue;
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
  if (to.who === 'contact') return unique([...contactChain(to.contact, policy), ...operatorsChain(policy)]);
  // Where notify does not have the channel, the operators get the notice, with the reason.
  if (to.who === 'channel') return [{ channel: to.channel, to: { channel: to.channel } }, ...operatorsChain(policy)];
  return to.who === 'owner' ? ownerChain(owner, policy) : operatorsChain(policy);
}

/** One destination of a notice, and whether it is the operators', who want to know more of the rules than the owner. */
export interface Destination {
  readonly chain: Chain;
  readonly isOperators: boolean;
}

/**
 * Who is told now: a chain per destination, by the first route that matches and those it continues to; the owner where
 * there is no route. Nobody is told twice: of two chains that begin with the same receiver the first one counts.
 */
export function destinationsFor(about: Routable, owner: Owner, policy: RoutePolicy): readonly Destination[] {
  const isOperators = ({ who }: RoutedTo) => who === 'operators' || (who === 'owner' && owner.kind === 'fallback');
  const found = new Map<string, Destination>();
  for (const to of destinations(about, policy)) {
    const chain = chainOf(to, owner, policy);
    const [first] = chain;
    const key = first === undefined ? '' : receiverKey(first);
    if (!found.has(key)) found.set(key, { chain, isOperators: isOperators(to) });
  }
  return [...found.values()];
}
