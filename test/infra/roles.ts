import { z } from 'zod';
import type { Grant } from '../../infra/local/permissions.ts';
import type { TerraformFile } from './terraform/read.ts';

export type Mode = 'observe' | 'enforce';
export type Identity = 'watch' | 'notify';

const list = z.array(z.string());
const bucketMember = z.object({
  bucket: z.string(),
  role: z.string(),
  for_each: z.record(z.string(), z.string()),
});
const topicMember = z.object({ topic: z.string(), role: z.string(), member: z.string() });

/** The name in `${google_type.NAME.attribute}`; throws for any other expression. */
function named(expression: string, type: string): string {
  const [, found, name] = /^\$\{(\w+)\.(\w+)\.\w+\}$/.exec(expression) ?? [];
  if (found !== type || name === undefined) throw new Error(`${expression} is no reference to a ${type}`);
  return name;
}

const roleIn = (expression: string) => named(expression, 'google_project_iam_custom_role');
const accountIn = (expression: string) => named(expression, 'google_service_account');

/** The permissions of watch for jobs: a list, or one list with more added. */
function watchPermissions({ locals }: TerraformFile, mode: Mode): readonly string[] {
  const all: Readonly<Record<string, unknown>> = Object.assign({}, ...locals);
  const observe = list.parse(all['observe_permissions']);
  if (mode === 'observe') return observe;
  const [, added] =
    /^\$\{concat\(local\.observe_permissions, (\[.*\])\)\}$/.exec(String(all['enforce_permissions'])) ?? [];
  return [...observe, ...list.parse(JSON.parse(added ?? ''))];
}

function permissionsOf(file: TerraformFile, role: string): readonly string[] {
  return list.parse(file.resource['google_project_iam_custom_role']?.[role]?.[0]?.['permissions']);
}

/** The bindings of one kind of resource, each as it stands in the file. */
function bindings<T>(file: TerraformFile, type: string, schema: z.ZodType<T>): readonly T[] {
  return Object.values(file.resource[type] ?? {}).flatMap((blocks) => blocks.map((block) => schema.parse(block)));
}

/** Where things are in a stand-in, by their names in Terraform. */
export interface Places {
  readonly projects: readonly string[];
  readonly buckets: Readonly<Record<string, string>>;
  readonly topics: Readonly<Record<string, string>>;
}

/** Everything that the file of roles grants to the two functions. */
export function grantsIn(
  file: TerraformFile,
  mode: Mode,
  places: Places,
): Readonly<Record<Identity, readonly Grant[]>> {
  const onBuckets = (identity: Identity) =>
    bindings(file, 'google_storage_bucket_iam_member', bucketMember)
      .filter(({ for_each }) => Object.values(for_each).some((member) => accountIn(member) === identity))
      .map(({ role, bucket }) => ({
        role: roleIn(role),
        permissions: permissionsOf(file, roleIn(role)),
        on: [`buckets/${places.buckets[named(bucket, 'google_storage_bucket')]}`],
      }));
  const onTopics = (identity: Identity) =>
    bindings(file, 'google_pubsub_topic_iam_member', topicMember)
      .filter(({ member }) => accountIn(member) === identity)
      .map(({ role, topic }) => ({
        role: roleIn(role),
        permissions: permissionsOf(file, roleIn(role)),
        on: [places.topics[named(topic, 'google_pubsub_topic')] ?? ''],
      }));
  const watch = {
    role: 'watch',
    permissions: watchPermissions(file, mode),
    on: places.projects.map((project) => `projects/${project}`),
  };
  return {
    watch: [watch, ...onBuckets('watch'), ...onTopics('watch')],
    notify: [...onBuckets('notify'), ...onTopics('notify')],
  };
}
