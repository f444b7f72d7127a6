import { memoryClaims } from '../../shared/ledger/claims.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { slackChannel } from '../../shared/notices/slack.ts';
import { writeLog } from '../log.ts';
import type { NotifySettings } from '../settings.ts';
import { notifyHandler } from './handler.ts';

/** Makes `notify` from its settings; nothing is sent before the first request. */
export function startNotify(settings: NotifySettings) {
  return notifyHandler({
    channel: slackChannel({ token: settings.slackToken, baseUrl: settings.slackUrl }),
    claims: memoryClaims({ now: Date.now }),
    receipts: memoryReceipts(),
    log: writeLog,
    now: Date.now,
  });
}
