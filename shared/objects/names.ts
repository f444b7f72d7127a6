import { ObjectsError } from './objects.ts';

const longestNameBytes = 1024;

/**
 * Why a name cannot be used in any store; undefined when it can. These are the rules of Cloud Storage (its documentation
 * on object names), and two more: no control characters, and no part that is `.` or `..`, which proxies and folders
 * take for a way out.
 */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (!name.isWellFormed()) return 'it is no proper Unicode';
  if (/\p{Cc}/u.test(name)) return 'it has a line break or another control character';
  if (name.split('/').some((part) => part === '.' || part === '..')) return 'a part of it is "." or ".."';
  if (name.startsWith('.well-known/acme-challenge/')) return 'Cloud Storage keeps this name for itself';
  const bytes = Buffer.byteLength(name);
  return bytes > longestNameBytes ? `it has ${bytes} bytes, more than ${longestNameBytes}` : undefined;
}

/** Throws for a name that cannot be used; `says` names the call. */
export function checkName(name: string, says: string): void {
  const fault = nameFault(name);
  if (fault === undefined) return;
  throw new ObjectsError(`${says}: this name cannot be used: ${fault}`, { failure: 'rejected', retryable: false });
}

/** Foreign text for a message: one line, at most 300 characters, without anything that looks like an access token. */
export function briefly(text: string): string {
  const line = text
    .slice(0, 2000)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\b(?:Bearer\s+\S+|ya29\.[\w.-]+|eyJ[\w-]+\.[\w.-]+)/gi, '[token]')
    .trim();
  const cut = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  return cut.toWellFormed();
}
