import { askGoogle } from '../../shared/access/ask.ts';
import { namedTargets } from '../../shared/evaluate/compile.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { settingsTable } from '../settings-table.ts';
import { usage } from './arguments.ts';
import { cannotRun, optionOf } from './asked.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { fine, storeFault, wrong, type Check } from './doctor-checks.ts';
import { grantReading, nobody, type Member } from './doctor-grants.ts';
import { guardChecks } from './doctor-guards.ts';
import { slackCheck, stateCheck, topicCheck } from './doctor-places.ts';
import { targetChecks } from './doctor-targets.ts';
import { policyIn, policyPlaceOf, type PolicyPlace } from './policy-place.ts';
import { plain } from './verdict-lines.ts';

const help = `Usage: jobwarden doctor [--policy PLACE] [--state PLACE] [--topic TOPIC] [--member MEMBER]
       jobwarden doctor --guards [--policy PLACE] [--location REGION]

Tries with your credentials what watch and notify do, and says what is missing with the command that grants it: reading
the policy, listing the jobs of all users with their contents, the permissions to get and to cancel jobs (asked for;
nothing is cancelled), keeping state (an object is written and deleted again), publishing (asked for), and Slack with its
scopes (nobody is written to). To try it as the functions:

  gcloud auth application-default login --impersonate-service-account=ACCOUNT

--guards looks at BigQuery's own limits of each project instead, which hold when nobody watches: how long a query may run
by default, and the custom quotas of a day. For each region it runs one query of 10 MB.

Options:
  --policy PLACE     the policy as watch reads it, a file or an object; default JOBWARDEN_POLICY
  --state PLACE      gs://BUCKET, gs://BUCKET/PREFIX or a directory; default JOBWARDEN_STATE; left out, it is not tried
  --topic TOPIC      projects/PROJECT/topics/TOPIC; default JOBWARDEN_TOPIC; left out, it is not tried
  --member MEMBER    whom the commands grant something, as user:ana@example.com or serviceAccount:…; default
                     JOBWARDEN_PRINCIPAL
  --guards           BigQuery's own limits
  --location REGION  with --guards, which regions to look at, such as EU; may be repeated; default: where jobs run now

Exit code 0 when nothing is missing, 1 when something is, 2 when it could not be tried at all.

Examples:
  jobwarden doctor --policy gs://our-policies/policy.yaml --state gs://our-state --topic projects/ops/topics/jobwarden
  jobwarden doctor --guards --policy policy.yaml --location EU`;

interface Examined {
  readonly checks: readonly Check[];
  readonly policy: Policy | undefined;
}

/** The policy, and whether it can be read and is one. */
async function examinePolicy(place: PolicyPlace, member: Member, outside: Outside): Promise<Examined> {
  const what = `read ${place.where}`;
  let text: string | undefined;
  try {
    text = await place.text();
  } catch (error) {
    if (place.inBucket === undefined) throw error;
    return { checks: [storeFault(what, error, grantReading(place.inBucket.bucket, member))], policy: undefined };
  }
  if (text === undefined) {
    const cure = `Run: jobwarden push policy.yaml ${place.where}`;
    return { checks: [wrong(what, { code: 'not-there', says: 'There is no policy.', try: cure })], policy: undefined };
  }
  const read = policyIn(text, place, outside);
  if ('value' in read) return { checks: [fine(what, 'It validates.')], policy: read.value };
  const checks = read.problems.map((problem) => ({ what, says: problem.says, problem }));
  return { checks, policy: undefined };
}

function memberOf(given: Given, { env }: Outside): Member {
  const option = optionOf(given, 'member');
  const principal = env['JOBWARDEN_PRINCIPAL'] ?? '';
  return option ?? (principal === '' ? nobody : `serviceAccount:${principal}`);
}

const isEnforcing = (policy: Policy, { env }: Outside) =>
  policy.mode === 'enforce' && env['JOBWARDEN_MODE'] !== 'observe';

async function examine(given: Given, place: PolicyPlace, outside: Outside): Promise<readonly Check[]> {
  const member = memberOf(given, outside);
  const ask = askGoogle({ endpoint: outside.env['GOOGLE_APIS_EMULATOR_HOST'] || undefined });
  const { checks, policy } = await examinePolicy(place, member, outside);
  const all = [...checks];
  const state = optionOf(given, 'state') ?? outside.env['JOBWARDEN_STATE'] ?? '';
  const topic = optionOf(given, 'topic') ?? outside.env['JOBWARDEN_TOPIC'] ?? '';
  if (policy !== undefined) {
    const by = { ask, outside, member, mayCancel: isEnforcing(policy, outside) };
    for (const target of namedTargets(policy)) {
      outside.progress(`Looking at ${target.name}`);
      all.push(...(await targetChecks(target, by)));
    }
  }
  if (state !== '') all.push(await stateCheck(state, member, outside));
  const shards = outside.env['JOBWARDEN_SHARD_TOPIC'] ?? '';
  for (const one of [topic, shards]) if (one !== '') all.push(await topicCheck(one, member, ask));
  if (policy !== undefined) all.push(...(await slackCheck(policy, outside)));
  return all;
}

async function examineGuards(given: Given, place: PolicyPlace, outside: Outside): Promise<readonly Check[]> {
  const { checks, policy } = await examinePolicy(place, memberOf(given, outside), outside);
  if (policy === undefined) return checks;
  const ask = askGoogle({ endpoint: outside.env['GOOGLE_APIS_EMULATOR_HOST'] || undefined });
  const locations = given.values['location'];
  const regions = Array.isArray(locations) ? locations.map(String) : [];
  const all: Check[] = [];
  for (const target of namedTargets(policy).filter(({ engine }) => engine === 'bigquery')) {
    outside.progress(`Looking at ${target.name}`);
    all.push(...(await guardChecks(target, policy, { ask, outside, regions })));
  }
  return all;
}

const marks = { good: { text: 'ok   ', as: 'good' }, bad: { text: 'no   ', as: 'bad' } } as const;
const unknown = { text: '?    ', as: 'caution' } as const;

function lineOf({ what, says, problem }: Check): Line {
  const mark = problem === undefined ? marks.good : problem.severity === 'note' ? unknown : marks.bad;
  return [mark, `${plain(what)}: ${plain(says)}`];
}

function reportOf(checks: readonly Check[]): Report {
  const problems = checks.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const missing = problems.filter(({ severity }) => severity !== 'note').length;
  const needsMember = problems.some((problem) => problem.try.includes(`--member=${nobody}`));
  const hint = `${nobody} is user:YOU@… or serviceAccount:…; --member fills it in.`;
  const sum = missing === 0 ? 'Nothing is missing.' : `${missing} of ${checks.length} are not as they have to be.`;
  return {
    status: missing === 0 ? 'fine' : 'findings',
    problems,
    text: [
      ...checks.map(lineOf),
      '',
      ...(needsMember ? [hint] : []),
      [{ text: sum, as: missing === 0 ? 'good' : 'bad' }],
    ],
    data: {
      checks: checks.map(({ what, says, problem }) => ({
        what,
        ok: problem === undefined,
        says,
        ...(problem && { try: problem.try }),
      })),
    },
  };
}

function misused(given: Given): Report | undefined {
  const problems = given.files.map((word) =>
    usage('unexpected-file', `"${word}" is one word too many.`, 'Leave it out.'),
  );
  const topic = optionOf(given, 'topic');
  if (topic !== undefined && !settingsTable.JOBWARDEN_TOPIC.schema.safeParse(topic).success) {
    problems.push(
      usage('bad-topic', `"${topic}" is no topic.`, `Write --topic ${settingsTable.JOBWARDEN_TOPIC.write}.`),
    );
  }
  if (given.values['location'] !== undefined && given.values['guards'] !== true) {
    problems.push(usage('unexpected-value', '--location goes with --guards.', 'Add --guards, or leave it out.'));
  }
  return problems.length === 0 ? undefined : cannotRun(problems);
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const wrongly = misused(given);
  if (wrongly !== undefined) return wrongly;
  const place = policyPlaceOf(given, outside);
  if ('problems' in place) return cannotRun(place.problems);
  const work = given.values['guards'] === true ? examineGuards : examine;
  return reportOf(await work(given, place.value, outside));
}

/** `jobwarden doctor`: what is missing for watch and notify to work, and the command that grants it. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'say what is missing to run, with the command that grants it',
  help,
  options: {
    policy: { type: 'string' },
    state: { type: 'string' },
    topic: { type: 'string' },
    member: { type: 'string' },
    guards: { type: 'boolean' },
    location: { type: 'string', multiple: true },
  },
  run,
};
