import { dirname, join } from 'node:path';
import type { Problem } from '../../shared/jobs/problem.ts';
import { stopName } from '../../shared/ledger/stop.ts';
import { isCloudAddress, readAddress, type Address } from '../../shared/objects/address.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Given, Outside } from './command.ts';
import { callBudget } from './live.ts';
import { isMissing } from './outside.ts';
import type { Read } from './policy-file.ts';

/** The switch as it was read; `generation` where it is an object. */
export interface Found {
  readonly text: string;
  readonly generation?: string;
}

/** The stop switch beside a policy: a file, or an object. */
export interface StopPlace {
  /** Where the switch is, and where the policy. */
  readonly where: string;
  readonly policy: string;
  isPolicyThere(): Promise<boolean>;
  read(): Promise<Found | undefined>;
  write(text: string): Promise<void>;
  /** False: somebody has set it again since it was read, and it stands. */
  remove(found: Found): Promise<boolean>;
}

async function readIfThere(file: string, outside: Outside): Promise<string | undefined> {
  try {
    return await outside.read(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function besideFile(policy: string, outside: Outside): StopPlace {
  const where = join(dirname(policy), stopName);
  return {
    where,
    policy,
    isPolicyThere: async () => (await readIfThere(policy, outside)) !== undefined,
    read: async () => {
      const text = await readIfThere(where, outside);
      return text === undefined ? undefined : { text };
    },
    write: (text) => outside.replace(where, text),
    remove: async () => {
      await outside.remove(where);
      return true;
    },
  };
}

function besideObject({ bucket, name }: Address, outside: Outside): StopPlace {
  const objects = outside.objects(`gs://${bucket}`);
  const stop = `${name.slice(0, name.lastIndexOf('/') + 1)}${stopName}`;
  return {
    where: `gs://${bucket}/${stop}`,
    policy: `gs://${bucket}/${name}`,
    isPolicyThere: async () => (await objects.get(name, callBudget(outside))) !== undefined,
    read: async () => {
      const found = await objects.get(stop, callBudget(outside));
      return found && { text: new TextDecoder().decode(found.bytes), generation: found.generation };
    },
    write: async (text) => {
      const bytes = new TextEncoder().encode(text);
      await objects.put(stop, { bytes, ifGeneration: undefined, contentType: 'application/json' }, callBudget(outside));
    },
    remove: ({ generation }) =>
      objects.delete(stop, generation === undefined ? {} : { ifGeneration: generation }, callBudget(outside)),
  };
}

const noPolicy = usage(
  'no-policy',
  'It is not said which policy this is about.',
  'Write --policy policy.yaml, or --policy gs://BUCKET/policy.yaml: what JOBWARDEN_POLICY of watch says.',
);

/** The switch beside the policy that `--policy` names, or JOBWARDEN_POLICY. */
export function stopPlaceOf(given: Given, outside: Outside): Read<StopPlace> {
  const option = optionOf(given, 'policy');
  const policy = option ?? outside.env['JOBWARDEN_POLICY'] ?? '';
  const extra = given.files.map((word) => usage('unexpected-file', `"${word}" is one word too many.`, 'Leave it out.'));
  const problems: Problem[] = policy === '' || policy === '-' ? [noPolicy, ...extra] : extra;
  if (problems.length > 0) return { problems };
  if (!isCloudAddress(policy)) return { value: besideFile(policy, outside) };
  const address = readAddress(policy, option === undefined ? 'JOBWARDEN_POLICY' : '--policy');
  return 'bucket' in address ? { value: besideObject(address, outside) } : { problems: address };
}
