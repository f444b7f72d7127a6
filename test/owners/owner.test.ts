import { expect, it } from 'vitest';
import type { Job } from '../../shared/jobs/job.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import { aJob, aPolicy, type WrittenPolicy } from '../make.ts';

// Synthetic: no such company, team, person or project exists.
const platform = { slack: '#data-platform', email: 'data-platform@example.com' };
const owners = {
  labels: ['owner', 'team'],
  lookups: { 'looker-context-user_id': 'looker-users.csv', 'airflow-dag': 'dags.csv' },
  principals: {
    'etl@prod.iam.gserviceaccount.com': 'data-platform',
    'Close-*@finance.iam.gserviceaccount.com': 'finance-systems',
    '/dbt-.*@.*/': 'analytics-engineering',
    '@nightly': 'data-platform',
    'ghost@prod.iam.gserviceaccount.com': 'data-platform',
  },
  domains: ['example.com', 'example.org'],
  projects: { 'finance-*': 'finance-systems', '/ml-(dev|prod)/': 'machine-learning' },
  teams: {
    'data-platform': platform,
    'analytics-engineering': { slack: '#analytics' },
    'finance-systems': { email: 'finance-systems@example.com' },
    'machine-learning': { slack: 'C0123456789' },
  },
  fallback: { slack: '#data-cost' },
};
const lookups = {
  'looker-context-user_id': { '17': 'Kim@Example.com', '18': 'analytics-engineering', '19': 'nobody here' },
  'airflow-dag': { daily_orders: 'orders@partner.example.net' },
};
const policy = aPolicy({
  owners,
  operators: { slack: '#ops' },
  groups: { nightly: ['nightly-*@prod.iam.gserviceaccount.com', 'batch@prod.iam.gserviceaccount.com'] },
});

const robot = 'svc@prod.iam.gserviceaccount.com';
const person = (email: string) => ({ name: email, kind: 'person', reach: { email } });
const team = (name: keyof typeof owners.teams) => ({ name, kind: 'team', reach: owners.teams[name] });
const fallback = { name: 'fallback', kind: 'fallback', reach: { slack: '#data-cost' } };
const noAddress = 'which is no team and no address of example.com, example.org';

/** A job of a service account that no step knows, unless it says more. */
const found = (job: Partial<Job>) =>
  ownerOf(aJob({ principal: robot, principalKind: 'serviceAccount', ...job }), policy, lookups);

const table: readonly [string, Partial<Job>, object, string][] = [
  // labels
  ['an address in a label', { labels: { owner: 'sam@example.com' } }, person('sam@example.com'), 'label owner'],
  ['an address in capitals', { labels: { owner: 'Sam@Example.COM' } }, person('sam@example.com'), 'label owner'],
  [
    'an address of the second domain',
    { labels: { owner: 'sam@example.org' } },
    person('sam@example.org'),
    'label owner',
  ],
  ['an address with a plus', { labels: { owner: 'sam+bq@example.com' } }, person('sam+bq@example.com'), 'label owner'],
  ['a team in the second label', { labels: { team: 'finance-systems' } }, team('finance-systems'), 'label team'],
  [
    'a team in the first label',
    { labels: { owner: 'machine-learning', team: 'finance-systems' } },
    team('machine-learning'),
    'label owner',
  ],
  [
    'a team behind a label that names nobody',
    { labels: { owner: 'sam-smith', team: 'data-platform' } },
    team('data-platform'),
    `label team (label owner is "sam-smith", ${noAddress})`,
  ],
  [
    'a label before the principal',
    { principal: 'sam@example.com', labels: { team: 'data-platform' } },
    team('data-platform'),
    'label team',
  ],
  ['a label that is empty', { labels: { owner: '', team: 'data-platform' } }, team('data-platform'), 'label team'],
  [
    'an address of somebody else',
    { labels: { owner: 'sam@evil.example.net' } },
    fallback,
    `fallback (label owner is "sam@evil.example.net", ${noAddress})`,
  ],
  [
    'an address below the domain',
    { labels: { owner: 'sam@sub.example.com' } },
    fallback,
    `fallback (label owner is "sam@sub.example.com", ${noAddress})`,
  ],
  [
    'an address in front of the domain',
    { labels: { owner: 'sam@notexample.com' } },
    fallback,
    `fallback (label owner is "sam@notexample.com", ${noAddress})`,
  ],
  [
    'an encoded address',
    { labels: { owner: 'sam_at_example_com' } },
    fallback,
    `fallback (label owner is "sam_at_example_com", ${noAddress})`,
  ],
  [
    'an address without its domain',
    { labels: { owner: 'sam' } },
    fallback,
    `fallback (label owner is "sam", ${noAddress})`,
  ],
  [
    'two addresses',
    { labels: { owner: 'sam@example.com,kim@example.com' } },
    fallback,
    `fallback (label owner is "sam@example.com,kim@example.com", ${noAddress})`,
  ],
  [
    'an address with a name',
    { labels: { owner: 'Sam <sam@example.com>' } },
    fallback,
    `fallback (label owner is "Sam <sam@example.com>", ${noAddress})`,
  ],
  [
    'a web address',
    { labels: { owner: 'https://hooks.example.com/x' } },
    fallback,
    `fallback (label owner is "https://hooks.example.com/x", ${noAddress})`,
  ],
  [
    'a web address that ends like an address',
    { labels: { owner: 'https://evil/?sam@example.com' } },
    fallback,
    `fallback (label owner is "https://evil/?sam@example.com", ${noAddress})`,
  ],
  [
    'a Slack channel',
    { labels: { owner: '#general' } },
    fallback,
    `fallback (label owner is "#general", ${noAddress})`,
  ],
  [
    'a mention of everybody',
    { labels: { owner: '<!channel>' } },
    fallback,
    `fallback (label owner is "<!channel>", ${noAddress})`,
  ],
  [
    'a team in other letters',
    { labels: { team: 'Data-Platform' } },
    fallback,
    `fallback (label team is "Data-Platform", ${noAddress})`,
  ],
  [
    'a word that every object knows',
    { labels: { team: 'constructor' } },
    fallback,
    `fallback (label team is "constructor", ${noAddress})`,
  ],
  ['a label that is not asked for', { labels: { contact: 'sam@example.com' } }, fallback, 'fallback'],
  // lookups
  [
    'a Looker user of the file',
    { labels: { 'looker-context-user_id': '17' } },
    person('kim@example.com'),
    'lookup of looker-context-user_id in looker-users.csv',
  ],
  [
    'a Looker user who is a team',
    { labels: { 'looker-context-user_id': '18' } },
    team('analytics-engineering'),
    'lookup of looker-context-user_id in looker-users.csv',
  ],
  [
    'a Looker user whose line holds no address',
    { labels: { 'looker-context-user_id': '19' } },
    fallback,
    'fallback (looker-users.csv has no address for looker-context-user_id "19")',
  ],
  [
    'a Looker user without a line',
    { labels: { 'looker-context-user_id': '99' } },
    fallback,
    'fallback (looker-context-user_id "99" is not in looker-users.csv)',
  ],
  [
    'a Looker user named like the inside of an object',
    { labels: { 'looker-context-user_id': '__proto__' } },
    fallback,
    'fallback (looker-context-user_id "__proto__" is not in looker-users.csv)',
  ],
  [
    'an address that the file gives outside of the domains',
    { labels: { 'airflow-dag': 'daily_orders' } },
    person('orders@partner.example.net'),
    'lookup of airflow-dag in dags.csv',
  ],
  [
    'a lookup before the principal',
    { principal: 'dbt-prod@prod.iam.gserviceaccount.com', labels: { 'looker-context-user_id': '17' } },
    person('kim@example.com'),
    'lookup of looker-context-user_id in looker-users.csv',
  ],
  // principals
  [
    'a service account by name',
    { principal: 'etl@prod.iam.gserviceaccount.com' },
    team('data-platform'),
    'principal pattern etl@prod.iam.gserviceaccount.com',
  ],
  [
    'a service account by a glob in capitals',
    { principal: 'close-42@finance.iam.gserviceaccount.com' },
    team('finance-systems'),
    'principal pattern Close-*@finance.iam.gserviceaccount.com',
  ],
  [
    'a service account by an expression',
    { principal: 'dbt-prod@prod.iam.gserviceaccount.com' },
    team('analytics-engineering'),
    'principal pattern /dbt-.*@.*/',
  ],
  [
    'a service account by a group',
    { principal: 'nightly-1@prod.iam.gserviceaccount.com' },
    team('data-platform'),
    'principal pattern @nightly',
  ],
  [
    'a person by an expression, before the domain',
    { principal: 'dbt-kim@example.com' },
    team('analytics-engineering'),
    'principal pattern /dbt-.*@.*/',
  ],
  [
    'a pattern that covers only a part',
    { principal: 'my-dbt-prod@prod.iam.gserviceaccount.com' },
    fallback,
    'fallback',
  ],
  // domains
  [
    'a person by the domain',
    { principal: 'sam@example.com', principalKind: 'person' },
    person('sam@example.com'),
    'domain example.com',
  ],
  ['a person of the second domain', { principal: 'kim@example.org' }, person('kim@example.org'), 'domain example.org'],
  [
    'a person before the project',
    { principal: 'sam@example.com', project: 'finance-prod' },
    person('sam@example.com'),
    'domain example.com',
  ],
  ['a person of another domain', { principal: 'sam@partner.example.net' }, fallback, 'fallback'],
  [
    'a service account whose project is named like the domain',
    { principal: 'x@example.com.iam.gserviceaccount.com' },
    fallback,
    'fallback',
  ],
  [
    'an identity of another cloud that ends like an address',
    { principal: 'principal://iam.googleapis.com/pools/p/subject/sam@example.com', principalKind: 'external' },
    fallback,
    'fallback',
  ],
  // projects
  ['a project by a glob', { project: 'finance-prod' }, team('finance-systems'), 'project pattern finance-*'],
  ['a project by an expression', { project: 'ml-dev' }, team('machine-learning'), 'project pattern /ml-(dev|prod)/'],
  ['a project in other letters', { project: 'Finance-prod' }, fallback, 'fallback'],
  // what is unknown
  [
    'a job with unknown labels',
    { labels: undefined, principal: 'sam@example.com' },
    person('sam@example.com'),
    'domain example.com (the labels are unknown)',
  ],
  [
    'a redacted job of a project with a team',
    { labels: undefined, principal: undefined, redacted: true, project: 'finance-prod' },
    team('finance-systems'),
    'project pattern finance-* (the labels are unknown; the principal is unknown)',
  ],
  [
    'a redacted job',
    { labels: undefined, principal: undefined, redacted: true },
    fallback,
    'fallback (the labels are unknown; the principal is unknown)',
  ],
  ['nobody at all', {}, fallback, 'fallback'],
];

it.each(table)('finds who answers for %s', (_what, job, owner, foundBy) => {
  expect(found(job)).toEqual({ ...owner, foundBy });
});

it.each<[string, WrittenPolicy, object]>([
  [
    'the operators, where there is no fallback',
    { operators: { email: 'ops@example.com' } },
    { name: 'operators', kind: 'fallback', foundBy: 'operators', reach: { email: 'ops@example.com' } },
  ],
  [
    'nobody, where there are no operators either',
    {},
    { name: 'nobody', kind: 'fallback', foundBy: 'nobody', reach: {} },
  ],
])('names %s', (_what, written, owner) => {
  expect(ownerOf(aJob({ principal: robot }), aPolicy(written))).toEqual(owner);
});

it('takes no address from a label while the policy names no domains', () => {
  const bare = aPolicy({ owners: { labels: ['owner'] } });
  expect(ownerOf(aJob({ labels: { owner: 'sam@example.com' } }), bare)).toEqual({
    name: 'nobody',
    kind: 'fallback',
    foundBy: 'nobody (label owner is "sam@example.com", which is no team and no address of a domain in domains)',
    reach: {},
  });
});

it('passes over a pattern whose team was never named', () => {
  const unnamed = { ...policy, owners: { ...policy.owners, principals: [{ pattern: 'svc@*', team: 'lost' }] } };
  expect(ownerOf(aJob({ principal: robot }), unnamed)).toEqual({
    ...fallback,
    foundBy: 'fallback (principal pattern svc@* names the team lost, which is not among teams)',
  });
});

it('says that a value is not in a file that was not read', () => {
  const job = aJob({ principal: robot, labels: { 'looker-context-user_id': '17' } });
  expect(ownerOf(job, policy).foundBy).toBe('fallback (looker-context-user_id "17" is not in looker-users.csv)');
});

it('keeps the patterns of two policies apart', () => {
  const one = aPolicy({ owners: { projects: { 'a-*': 'x' }, teams: { x: { slack: '#x' } } } });
  const other = aPolicy({ owners: { projects: { 'b-*': 'x' }, teams: { x: { slack: '#x' } } } });
  const names = [one, other, one].map((written) => ownerOf(aJob({ principal: robot, project: 'b-1' }), written).name);
  expect(names).toEqual(['nobody', 'x', 'nobody']);
});

it('copes with ten thousand labels and with values without end', () => {
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label-${at}`, 'v']));
  const owner = found({
    labels: { ...labels, owner: `${'a'.repeat(100_000)}@example.com`, team: 'v'.repeat(100_000) },
  });
  expect(owner).toMatchObject(fallback);
  expect(owner.foundBy.length).toBeLessThan(500);
});
