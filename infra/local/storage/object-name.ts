/** Why Cloud Storage takes no object of this name (its documentation on object names); undefined when it does. */
export function nameFault(name: string): string | undefined {
  if (name === '.' || name === '..') return `it is "${name}"`;
  if (/[\r\n\0]/.test(name)) return 'it has a line break or a zero character';
  if (name.startsWith('.well-known/acme-challenge/')) return 'it begins with .well-known/acme-challenge/';
  const bytes = Buffer.byteLength(name);
  return bytes > 1024 ? `it has ${bytes} bytes, more than 1024` : undefined;
}
