import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { galleryPage } from './gallery.ts';

// npm run gallery [-- FILE]: writes every kind of message on every channel as one page; build/gallery.html if left out.

const file = resolve(process.argv[2] ?? 'build/gallery.html');
await mkdir(dirname(file), { recursive: true });
await writeFile(file, await galleryPage());
process.stdout.write(`${file}\n`);
