import { setTimeout as wait } from 'node:timers/promises';
import { pubSubTrail } from '../../shared/audit/trail.ts';
import { sweepExpired } from '../../shared/ledger/expiry.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { openState } from '../../shared/ledger/state.ts';
import { writeLog } from '../log.ts';
import type { NotifySettings } from '../settings.ts';
import { openChannels } from './channels.ts';
import { deadLettersTo } from './dead-letters.ts';
import { notifyHandler } from './handler.ts';
import { hourly } from './hourly.ts';
import { createPace } from './pace.ts';
import { policyReader } from './policy.ts';

/**
 * Makes `notify` from its settings; nothing is read or sent before the first request. `secret` gives the value of an
 * environment variable that the policy names.
 */
export function startNotify(settings: NotifySettings, secret = (name: string) => process.env[name]) {
  const { state, storageEndpoint, deadLetterTopic } = settings;
  const now = Date.now;
  const objects = openState(state, { now, endpoint: storageEndpoint });
  return notifyHandler({
    channels: openChannels({ ...settings, secret, policy: policyReader({ ...settings, log: writeLog, now }) }),
    claims: objectClaims(objects, { now, wait: async (ms) => wait(ms) }),
    receipts: objectReceipts(objects, { now }),
    deadLetters: deadLetterTopic === undefined ? undefined : deadLettersTo(pubSubTrail({ topic: deadLetterTopic })),
    tidy: hourly(async () => sweepExpired(objects, now), now),
    pace: createPace({ now, wait }),
    log: writeLog,
    now,
  });
}
