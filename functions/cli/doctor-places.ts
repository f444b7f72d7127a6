import { randomUUID } from 'node:crypto';
import type { Ask } from '../../shared/access/ask.ts';
import { AccessError } from '../../shared/access/ask.ts';
import { heldOnTopic } from '../../shared/access/permissions.ts';
import { neededScopes, slackBot } from '../../shared/access/slack-scopes.ts';
import { isCloudAddress } from '../../shared/objects/address.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { settingsTable } from '../settings-table.ts';
import type { Outside } from './command.ts';
import { apiFault, fine, storeFault, wrong, type Check } from './doctor-checks.ts';
import { createTopic, grantKeeping, grantPublishing, type Member } from './doctor-grants.ts';
import { callBudget } from './live.ts';

const bucketOf = (place: string) => /^gs:\/\/([^/]+)/i.exec(place)?.[1] ?? '';

/** Writes, lists, reads and deletes an object of its own, as watch and notify do with theirs. */
async function probe(objects: Objects, outside: Outside): Promise<void> {
  const name = `doctor/${randomUUID()}`;
  const budget = callBudget(outside);
  const bytes = new TextEncoder().encode('jobwarden doctor looks whether it can write here\n');
  await objects.put(name, { bytes, ifGeneration: 'absent' }, budget);
  try {
    await objects.get(name, budget);
    for await (const _ of objects.list(name, budget)) break;
  } finally {
    await objects.delete(name, {}, budget);
  }
}

/** Whether state can be kept in a place: `gs://BUCKET`, `gs://BUCKET/PREFIX`, or a directory. */
export async function stateCheck(place: string, member: Member, outside: Outside): Promise<Check> {
  const what = `keep state in ${place}`;
  const grant = isCloudAddress(place) ? grantKeeping(bucketOf(place), member) : `chmod u+rwx ${place}`;
  try {
    await probe(outside.objects(place), outside);
    return fine(what, 'An object was written, listed, read and deleted.');
  } catch (error) {
    return storeFault(what, error, grant);
  }
}

/** Whether events can be published to a topic; nothing is published. */
export async function topicCheck(topic: string, member: Member, ask: Ask): Promise<Check> {
  const what = `publish to ${topic}`;
  if (!settingsTable.JOBWARDEN_TOPIC.schema.safeParse(topic).success) {
    const says = `"${topic}" is no topic.`;
    return wrong(what, { code: 'bad-topic', says, try: `Write ${settingsTable.JOBWARDEN_TOPIC.write}.` });
  }
  try {
    const held = await heldOnTopic(ask, topic, ['pubsub.topics.publish']);
    if (held.has('pubsub.topics.publish'))
      return fine(what, 'pubsub.topics.publish is granted; nothing was published.');
    const says = 'pubsub.topics.publish is missing, or there is no such topic.';
    return wrong(what, { code: 'permission-missing', says, try: `Run: ${grantPublishing(topic, member)}` });
  } catch (error) {
    if (error instanceof AccessError && error.status === 404) {
      return wrong(what, { code: 'not-there', says: 'There is no such topic.', try: `Run: ${createTopic(topic)}` });
    }
    return apiFault(what, error, { api: 'pubsub.googleapis.com', project: topic.split('/')[1] ?? '' });
  }
}

const where = 'in the settings of the Slack app, under OAuth & Permissions';

/** Whether Slack takes the token, and whether it may do what messages need; nothing is sent to anybody. */
export async function slackCheck({ channels }: Policy, { env }: Outside): Promise<readonly Check[]> {
  if (channels.slack === undefined) return [];
  const { tokenFrom } = channels.slack;
  const what = 'reach Slack';
  const token = env[tokenFrom] ?? '';
  if (token === '') {
    const says = `Not looked at: ${tokenFrom} is not set here.`;
    const cure = `Set it as notify has it: export ${tokenFrom}="$(gcloud secrets versions access latest --secret=SECRET)"`;
    return [wrong(what, { code: 'setting-missing', says, try: cure, severity: 'note' })];
  }
  try {
    const { team, user, scopes } = await slackBot(token, env['SLACK_API_URL'] || settingsTable.SLACK_API_URL.otherwise);
    const lacks = neededScopes.filter((one) => !scopes.includes(one));
    const says = `It is ${user} of ${team}, with the scopes ${scopes.join(', ') || '(none)'}.`;
    if (lacks.length === 0) return [fine(what, says)];
    const cure = `Add ${lacks.join(', ')} ${where}, and install the app again.`;
    return [wrong(what, { code: 'scope-missing', says: `${says} ${lacks.join(', ')} is missing.`, try: cure })];
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const isRefused = error.reason !== undefined;
    const cure = isRefused ? `Take the bot token (xoxb-…) ${where}.` : 'Try again; see status.slack.com.';
    return [wrong(what, { code: isRefused ? 'token-refused' : 'not-reached', says: error.message, try: cure })];
  }
}
