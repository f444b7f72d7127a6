import { isCloudAddress, readAddress } from '../../shared/objects/address.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { decodePolicy } from '../../shared/policy/characters.ts';
import { objectPolicySource } from '../../shared/policy/cloud-source.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Given, Outside } from './command.ts';
import { callBudget } from './live.ts';
import type { Read } from './policy-file.ts';

/** A policy where `watch` reads it: a file, or an object. `folder` and `name` are those of the object. */
export interface PolicyPlace {
  readonly where: string;
  readonly inBucket: { readonly bucket: string; readonly objects: Objects; readonly name: string } | undefined;
  /** Its text; undefined where there is none. Throws what the file or the bucket says against it. */
  text(): Promise<string | undefined>;
  /** An earlier policy by the hash of its text, where the bucket has kept it. */
  recall(sha256: string): Promise<Policy | undefined>;
}

const noPolicy = usage(
  'no-policy',
  'It is not said which policy this is about.',
  'Write --policy policy.yaml, or --policy gs://BUCKET/policy.yaml: what JOBWARDEN_POLICY of watch says.',
);

/** The place that `--policy` names, or JOBWARDEN_POLICY; nothing is read yet. */
export function policyPlaceOf(given: Given, outside: Outside): Read<PolicyPlace> {
  const option = optionOf(given, 'policy');
  const where = option ?? outside.env['JOBWARDEN_POLICY'] ?? '';
  if (where === '') return { problems: [noPolicy] };
  if (!isCloudAddress(where)) {
    return {
      value: { where, inBucket: undefined, text: () => outside.read(where), recall: () => Promise.resolve(undefined) },
    };
  }
  const address = readAddress(where, option === undefined ? 'JOBWARDEN_POLICY' : '--policy');
  if (!('bucket' in address)) return { problems: address };
  const { bucket, name } = address;
  const objects = outside.objects(`gs://${bucket}`);
  const text = async () => {
    const found = await objects.get(name, callBudget(outside));
    return found && decodePolicy(found.bytes);
  };
  const recall = async (sha256: string) => objectPolicySource(objects, name, outside.now).recall?.(sha256);
  return { value: { where, inBucket: { bucket, objects, name }, text, recall } };
}

/** The policy in a text, or everything that is wrong with it. */
export function policyIn(text: string, { where }: PolicyPlace, outside: Outside): Read<Policy> {
  const { policy, problems } = loadPolicy(text, { file: where, now: outside.now() });
  return policy === undefined ? { problems } : { value: policy };
}
