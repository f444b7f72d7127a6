import { createHash, createHmac } from 'node:crypto';

/** An access key; a temporary one comes with a security token. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string | undefined;
}

/** A request to sign. Header names in any case; what is signed has to be sent as it is here. */
export interface Signable {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

const algorithm = 'SDK-HMAC-SHA256';

/**
 * The `Authorization` header for a request with an `X-Sdk-Date` header: SDK-HMAC-SHA256 over its canonical form (Huawei
 * Cloud API signing guide; Open Telekom Cloud documents the same). The key signs directly, none is derived from it.
 */
export function authorizationOf(request: Signable, { accessKey, secretKey }: AccessKey): string {
  const headers = signedHeaders(request.headers);
  const names = headers.map(([name]) => name).join(';');
  const date = headers.find(([name]) => name === 'x-sdk-date')?.[1] ?? '';
  const toSign = [algorithm, date, sha256(canonicalRequest(request))].join('\n');
  const signature = createHmac('sha256', secretKey).update(toSign).digest('hex');
  return `${algorithm} Access=${accessKey}, SignedHeaders=${names}, Signature=${signature}`;
}

/** The canonical form that is hashed and signed. */
export function canonicalRequest({ method, url, headers, body = '' }: Signable): string {
  const { pathname, search } = new URL(url);
  const signed = signedHeaders(headers);
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const names = signed.map(([name]) => name).join(';');
  return [method, canonicalPath(pathname), canonicalQuery(search), lines, names, sha256(body)].join('\n');
}

/** `20191115T033655Z` */
export function sdkDate(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Percent-encodes all but the unreserved characters of RFC 3986: a space is `%20`, never `+`. */
export function strictlyEncoded(text: string): string {
  return reservedEncoded(encodeURIComponent(text));
}

/** The same for text that is encoded but for the characters that `encodeURIComponent` leaves as they are. */
export function reservedEncoded(encoded: string): string {
  return encoded.replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signedHeaders(headers: Signable['headers']): readonly (readonly [string, string])[] {
  const all = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  return all.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A path is signed with a slash at its end, whether or not it is sent with one. */
function canonicalPath(pathname: string): string {
  const path = pathname.split('/').map((part) => strictlyEncoded(decodeURIComponent(part)));
  return `${path.join('/').replace(/\/$/, '')}/`;
}

function canonicalQuery(search: string): string {
  const pairs = search.slice(1).split('&').filter(Boolean);
  const decoded = pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [decodeURIComponent(name), decodeURIComponent(value.join('='))] as const;
  });
  const sorted = decoded.toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
  return sorted.map(([name, value]) => `${strictlyEncoded(name)}=${strictlyEncoded(value)}`).join('&');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
