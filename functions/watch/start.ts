import { pubSubTrail } from '../../shared/audit/trail.ts';
import { memoryLedger } from '../../shared/ledger/ledger.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { filePolicySource } from '../../shared/policy/source.ts';
import { writeLog } from '../log.ts';
import type { WatchSettings } from '../settings.ts';
import { systemClock } from './clock.ts';
import { engineOpener, watchHandler } from './handler.ts';

/** Makes `watch` from its settings; nothing is read or sent before the first request. */
export function startWatch(settings: WatchSettings) {
  return watchHandler({
    settings,
    policy: filePolicySource(settings.policyFile, Date.now),
    ledger: memoryLedger(),
    receipts: memoryReceipts(),
    stop: async () => undefined,
    trail: pubSubTrail({ topic: settings.topic }),
    engines: engineOpener(settings, writeLog),
    clock: systemClock,
    log: writeLog,
  });
}
