import { describe } from 'vitest';
import { officialEmulatorInstalled, startOfficialEmulator } from '../../../infra/local/pubsub/official.ts';
import { describePubSub, emulatorDifferences } from '../../contracts/pubsub.ts';

const installed = officialEmulatorInstalled();
if (!installed)
  console.info(
    `Skipped: the tests that run where google-cloud-cli has its Pub/Sub emulator ("gcloud components install pubsub-emulator").`,
  );

// The stand-in is only as good as it is like the real thing; the emulator is the nearest to it that runs here.
describe.skipIf(!installed)('where google-cloud-cli has its Pub/Sub emulator', () => {
  describePubSub('the official Pub/Sub emulator', startOfficialEmulator, emulatorDifferences);
});
