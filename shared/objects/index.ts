import type { AuthClient } from 'google-auth-library';
import type { Objects } from './objects.ts';

/** Where objects are kept: a bucket of Cloud Storage, a folder on this machine, or nowhere beyond this process. */
export type Place =
  | { readonly kind: 'cloud-storage'; readonly bucket: string }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'memory' };

/** What stores need from outside; a store takes what is about it. */
export interface OpenOptions {
  /** Epoch ms. */
  readonly now: () => number;
  /** Another address of Cloud Storage, such as the value of STORAGE_EMULATOR_HOST: then no credentials are looked for. */
  readonly endpoint?: string | undefined;
  /** Credentials for Cloud Storage to use instead of those of the environment. */
  readonly authClient?: AuthClient | undefined;
}

/** Opens a store. Its adapter is loaded now, and nothing is sent or touched before the first call. */
export async function openObjects(place: Place, options: OpenOptions): Promise<Objects> {
  switch (place.kind) {
    case 'cloud-storage':
      return (await import('./cloud-storage.ts')).cloudStorageObjects({ ...options, bucket: place.bucket });
    case 'directory':
      return (await import('./directory.ts')).directoryObjects({ now: options.now, path: place.path });
    case 'memory':
      return (await import('./memory.ts')).memoryObjects(options);
  }
}
