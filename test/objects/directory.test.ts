// All objects here are made up.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { describeObjects } from '../contracts/objects.ts';

describeObjects(
  'directory',
  async () => {
    const path = await mkdtemp(join(tmpdir(), 'jobwarden-objects-'));
    const another = () => directoryObjects({ path: join(path, 'store'), now: Date.now });
    return { objects: another(), another, close: () => rm(path, { recursive: true }) };
  },
  { versions: false },
);
