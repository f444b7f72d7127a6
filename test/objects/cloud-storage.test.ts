// All objects here are made up.
import { startStorage } from '../../infra/local/storage/server.ts';
import { cloudStorageObjects } from '../../shared/objects/cloud-storage.ts';
import { describeObjects } from '../contracts/objects.ts';

describeObjects(
  'cloud storage',
  async () => {
    const storage = await startStorage({ writeLimit: false });
    storage.createBucket('state', { versioning: true });
    const another = () => cloudStorageObjects({ bucket: 'state', endpoint: storage.url, now: Date.now });
    return { objects: another(), another, close: () => storage.close() };
  },
  { versions: true },
);
