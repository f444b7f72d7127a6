import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from './failure.ts';
import type { Folders } from './file-names.ts';
import { foldersOf, isObjectFolder, mayBegin, nameOf } from './file-names.ts';

/** An object's folder, and the name it stands for. */
export interface Place {
  readonly name: string;
  readonly folder: string;
}

/** The folders of all objects whose names begin with the prefix. What is not made by this store is passed over. */
export async function* objectFolders(root: string, prefix: string, at: Folders = []): AsyncGenerator<Place> {
  const entries = (await unless(['ENOENT'], readdir(join(root, ...at), { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    const folders = [...at, entry.name];
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    if (!isObjectFolder(entry.name)) {
      if (mayBegin(folders, prefix)) yield* objectFolders(root, prefix, folders);
      continue;
    }
    const name = nameOf(folders);
    if (name.startsWith(prefix) && isOurs(folders, name)) yield { name, folder: join(root, ...folders) };
  }
}

function isOurs(folders: Folders, name: string): boolean {
  return foldersOf(name).join('/') === folders.join('/');
}
