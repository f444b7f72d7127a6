import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { JsonRequest } from '../http/json-server.ts';

const header = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([\da-f]{64})$/;
const farthestMs = 15 * 60_000;

/**
 * Why a signed request must not be believed; undefined where it may. Checked from what arrived: the path and query as
 * they were sent, and the headers that the caller says were signed.
 */
export function wrongSignature(
  request: JsonRequest,
  secrets: Readonly<Record<string, string>>,
  nowMs: number,
): string | undefined {
  const [, access = '', names = '', signature = ''] = header.exec(request.headers.authorization ?? '') ?? [];
  const secret = Object.hasOwn(secrets, access) ? secrets[access] : undefined;
  if (secret === undefined) return 'no such access key';
  const date = String(request.headers['x-sdk-date'] ?? '');
  if (!names.split(';').includes('x-sdk-date') || !names.split(';').includes('host'))
    return 'host and date are unsigned';
  const atMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(nowMs - atMs) <= farthestMs)) return 'the date is too far away';
  const toSign = ['SDK-HMAC-SHA256', date, sha256(canonical(request, names))].join('\n');
  const expected = createHmac('sha256', secret).update(toSign).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'the signature is wrong';
}

function canonical({ method, target, headers, body }: JsonRequest, names: string): string {
  const [path = '', query = ''] = target.split('?', 2);
  const lines = names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  const sorted = query.split('&').filter(Boolean).toSorted().join('&');
  return [method, path.endsWith('/') ? path : `${path}/`, sorted, lines.join(''), names, sha256(body)].join('\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
