import type { Problem } from '../../shared/jobs/problem.ts';
import { pubSubSubscription } from '../../shared/audit/subscription.ts';
import { pubSubTrail } from '../../shared/audit/trail.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { settingsTable, type SettingName } from '../settings-table.ts';
import { usage } from './arguments.ts';
import { cannotRun, optionOf } from './asked.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { replayLetters, type Replayed } from './replay-letters.ts';
import { table } from './table.ts';

const help = `Usage: jobwarden replay [--subscription projects/P/subscriptions/S] [--max N] [--dry-run]

Delivers dead letters again: takes notices that could not be delivered from the subscription of the dead-letter topic,
forgets that they were undeliverable, and publishes them to the topic of notify. A notice that was delivered before is
not delivered twice. Letters that are no notices stay where they are.

Options:
  --subscription S  where the dead letters are; default: the subscription with the id of JOBWARDEN_DEAD_LETTER_TOPIC
  --max N           take at most so many letters; default 100
  --dry-run         only say which ones there are

The environment has to say, as for the functions: JOBWARDEN_TOPIC, and JOBWARDEN_STATE, which must be the same place that
notify uses.

Exit code 0 when every letter was replayed or there was none, 1 when letters stayed, 2 when nothing could be done.

Examples:
  jobwarden replay --dry-run
  jobwarden replay --subscription projects/ops/subscriptions/jobwarden-dead-letters --max 10`;

interface Asked {
  readonly subscription: string;
  readonly topic: string;
  readonly state: string;
  readonly max: number;
  readonly dryRun: boolean;
}

const longest = 10_000;

/** A setting from the environment, or the problem with it. */
function settingOf(name: SettingName, { env }: Outside): { readonly value: string } | Problem {
  const value = env[name] ?? '';
  const { schema, write, means } = settingsTable[name];
  if (schema.safeParse(value).success) return { value };
  const says = value === '' ? `${name} is not set.` : `${name} is "${value}", which cannot be used.`;
  const code = value === '' ? 'setting-missing' : 'setting-wrong';
  return { code, severity: 'error', where: name, says, try: `Set it to ${write}. ${means}` };
}

const isProblem = (found: object): found is Problem => 'code' in found;

function subscriptionOf(given: Given, outside: Outside): { readonly value: string } | Problem {
  const option = optionOf(given, 'subscription');
  if (option !== undefined && !/^projects\/[^/]+\/subscriptions\/[^/]+$/.test(option)) {
    const says = `"${option}" is no subscription.`;
    return usage('bad-subscription', says, 'Write --subscription projects/PROJECT/subscriptions/SUBSCRIPTION.');
  }
  if (option !== undefined) return { value: option };
  const topic = settingOf('JOBWARDEN_DEAD_LETTER_TOPIC', outside);
  if (!isProblem(topic)) return { value: topic.value.replace('/topics/', '/subscriptions/') };
  return { ...topic, try: `${topic.try} Or name the subscription with --subscription.` };
}

function maxOf(given: Given): { readonly value: number } | Problem {
  const option = optionOf(given, 'max') ?? '100';
  const value = /^\d{1,5}$/.test(option) ? Number(option) : 0;
  if (value >= 1 && value <= longest) return { value };
  return usage('bad-number', `"${option}" is no number of letters.`, `Write --max with a number from 1 to ${longest}.`);
}

function askedOf(given: Given, outside: Outside): Asked | { readonly problems: readonly Problem[] } {
  const subscription = subscriptionOf(given, outside);
  const topic = settingOf('JOBWARDEN_TOPIC', outside);
  const state = settingOf('JOBWARDEN_STATE', outside);
  const max = maxOf(given);
  const extra = given.files.length === 0 ? [] : [usage('unexpected-file', 'replay takes no file.', 'Leave it out.')];
  if (isProblem(subscription) || isProblem(topic) || isProblem(state) || isProblem(max) || extra.length > 0)
    return { problems: [subscription, topic, state, max, ...extra].filter(isProblem) };
  const dryRun = given.values['dry-run'] === true;
  return { subscription: subscription.value, topic: topic.value, state: state.value, max: max.value, dryRun };
}

async function replayAsked(asked: Asked, { env, now, objects: open, progress }: Outside): Promise<Replayed> {
  const objects = open(asked.state);
  const endpoint = env['PUBSUB_EMULATOR_HOST'] || undefined;
  const letters = pubSubSubscription({ subscription: asked.subscription, endpoint });
  const trail = pubSubTrail({ topic: asked.topic, ...(endpoint === undefined ? {} : { endpoint }) });
  const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
  const claims = objectClaims(objects, { now, wait });
  const ports = { letters, trail, claims, receipts: objectReceipts(objects, { now }) };
  const { max, dryRun } = asked;
  try {
    return await replayLetters(ports, { max, dryRun, progress: (seen) => progress(`${seen} dead letters seen`) });
  } finally {
    await Promise.all([letters.close(), trail.close()]);
  }
}

const byPubSub = 'not known here: Pub/Sub gave up delivering it';

function textOf({ replayed }: Replayed, { subscription, topic, dryRun }: Asked): readonly Line[] {
  if (replayed.length === 0) return [`There is nothing to replay in ${subscription}.`];
  const count = replayed.length === 1 ? '1 dead letter' : `${replayed.length} dead letters`;
  const verb = dryRun ? 'would be replayed' : replayed.length === 1 ? 'was replayed' : 'were replayed';
  const rows = replayed.map(({ notice, reason }) => [notice.id, notice.phase, notice.owner.name, reason ?? byPubSub]);
  return [`${count} ${verb} to ${topic}.`, '', ...table(['notice', 'about', 'for', 'why it was a dead letter'], rows)];
}

function reportOf(found: Replayed, asked: Asked): Report {
  const { replayed, left, failed } = found;
  const problems: Problem[] = left.map(({ messageId, why }) => ({
    code: 'dead-letter-left',
    severity: 'warning',
    where: asked.subscription,
    says: `Message ${messageId} stays where it is: ${why}.`,
    try: 'Look at it with gcloud pubsub subscriptions pull, and acknowledge it there if it is of no use.',
  }));
  if (failed !== undefined) {
    const cure = 'Repair that, and replay again: what was not published is still a dead letter.';
    problems.push({ code: 'replay-failed', severity: 'error', where: asked.topic, says: failed, try: cure });
  }
  const isStuck = failed !== undefined && replayed.length === 0;
  return {
    status: isStuck ? 'cannot-run' : problems.length > 0 ? 'findings' : 'fine',
    problems,
    text: textOf(found, asked),
    data: {
      subscription: asked.subscription,
      topic: asked.topic,
      dryRun: asked.dryRun,
      replayed: replayed.map(({ notice, reason }) => ({ notice: notice.id, phase: notice.phase, reason })),
      left,
    },
  };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const asked = askedOf(given, outside);
  if ('problems' in asked) return cannotRun(asked.problems);
  return reportOf(await replayAsked(asked, outside), asked);
}

/** `jobwarden replay`: delivers dead letters again. */
export const replay: Command = {
  name: 'replay',
  summary: 'deliver dead letters again',
  help,
  options: { subscription: { type: 'string' }, max: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  run,
};
