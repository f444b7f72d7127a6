import { memoryObjects } from '../../shared/objects/memory.ts';
import { describeObjects } from '../contracts/objects.ts';

describeObjects(
  'memory',
  async () => {
    const objects = memoryObjects({ now: Date.now });
    return { objects, another: () => objects, close: async () => undefined };
  },
  { versions: false },
);
