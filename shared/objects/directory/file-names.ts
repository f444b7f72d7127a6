/** Where an object's generations are: folders below the store's own, the last of which ends in `@`. */
export type Folders = readonly string[];

const longestPart = 200;

/**
 * The folders for a name. Every name has its own, on any file system: capitals become `_` and the small letter, all that
 * is not a letter, digit, `-` or `.` becomes `%` and two digits per byte, and long parts go on in the next folder (`~`).
 */
export function foldersOf(name: string): Folders {
  const parts = name.split('/').map(encoded);
  return parts.flatMap((part, index) => pieces(part, index === parts.length - 1 ? '@' : ''));
}

/** The part of a name that a folder stands for, the other way round: `a/b` for `['a', 'b@']`, `a/` for `['a']`. */
export function nameOf(folders: Folders): string {
  const joined = folders.map((folder) => (/[~@]$/.test(folder) ? folder.slice(0, -1) : `${folder}/`)).join('');
  return joined.split('/').map(decoded).join('/');
}

/** Whether a folder holds an object, and no other folders. */
export function isObjectFolder(folder: string): boolean {
  return folder.endsWith('@');
}

/** Whether the names below some folders can begin with the prefix. */
export function mayBegin(folders: Folders, prefix: string): boolean {
  // A part that goes on in the next folder may be cut in the middle of a character.
  const whole = folders.findLastIndex((folder) => !folder.endsWith('~')) + 1;
  const name = nameOf(folders.slice(0, whole));
  return name.startsWith(prefix) || prefix.startsWith(name);
}

function encoded(part: string): string {
  if (part === '') return '%';
  const text = [...Buffer.from(part)].map(encodedByte).join('');
  return text.startsWith('.') ? `%2e${text.slice(1)}` : text;
}

function encodedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[a-z\d.-]/.test(character)) return character;
  return /[A-Z]/.test(character) ? `_${character.toLowerCase()}` : `%${byte.toString(16).padStart(2, '0')}`;
}

function decoded(part: string): string {
  const bytes = [...part.matchAll(/%([\da-f]{2})|_([a-z])|([^%_])/g)].map(([, hex, capital, plain]) => {
    if (hex !== undefined) return Number.parseInt(hex, 16);
    return (capital?.toUpperCase() ?? plain ?? '').charCodeAt(0);
  });
  return Buffer.from(bytes).toString('utf8');
}

function pieces(part: string, end: string): readonly string[] {
  if (part.length <= longestPart) return [part + end];
  return [`${part.slice(0, longestPart)}~`, ...pieces(part.slice(longestPart), end)];
}
