import { openState } from '../../shared/ledger/state.ts';
import { isCloudAddress } from '../../shared/objects/address.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicySource } from '../../shared/policy/source.ts';
import type { Log } from '../log.ts';

/** Where the policy is: a path or `gs://BUCKET/NAME`. `now` gives epoch ms. */
interface PolicyOptions {
  readonly policyFile: string | undefined;
  readonly storageEndpoint: string | undefined;
  readonly log: Log;
  readonly now: () => number;
}

const keepMs = 60_000;

// Loaded when the first notice asks for it: the reader of policies is the largest part of a cold start.
async function sourceOf(file: string, { storageEndpoint, now }: PolicyOptions): Promise<PolicySource> {
  if (!isCloudAddress(file)) return (await import('../../shared/policy/source.ts')).filePolicySource(file, now);
  const slash = file.lastIndexOf('/');
  const objects = openState(file.slice(0, slash), { now, endpoint: storageEndpoint });
  const { objectPolicySource } = await import('../../shared/policy/cloud-source.ts');
  return objectPolicySource(objects, file.slice(slash + 1), now);
}

/**
 * The policy that is good now, or was last, read again after a minute; undefined where there is none, which is logged.
 * Never throws: a notice can be delivered without it, by the usual names of the secrets.
 */
export function policyReader(options: PolicyOptions): () => Promise<Policy | undefined> {
  const { policyFile, log, now } = options;
  let source: Promise<PolicySource> | undefined;
  let read: { readonly policy: Promise<Policy | undefined>; readonly untilMs: number } | undefined;

  async function current(file: string): Promise<Policy | undefined> {
    try {
      source ??= sourceOf(file, options);
      const { policy, problems } = await (await source).current();
      if (policy !== undefined) return policy;
      const why = problems[0]?.says ?? 'no reason was given';
      log({ severity: 'WARNING', message: `Channels go by the usual names: there is no policy to read. ${why}` });
    } catch (error) {
      source = undefined;
      log({ severity: 'WARNING', message: 'Channels go by the usual names: the policy cannot be read.', error });
    }
    return undefined;
  }

  return async () => {
    if (policyFile === undefined) return undefined;
    if (read === undefined || read.untilMs <= now()) read = { policy: current(policyFile), untilMs: now() + keepMs };
    return read.policy;
  };
}
