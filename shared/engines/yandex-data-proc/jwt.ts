import { constants, createPrivateKey, sign, type KeyObject } from 'node:crypto';

/** The parts of an authorized key (Yandex Cloud IAM documentation) that a token is asked for with. */
export interface AuthorizedKey {
  readonly id: string;
  readonly serviceAccountId: string;
  /** PEM, with or without the line of text that newer key files put before it. */
  readonly privateKey: string;
}

/** Who the JWT is for, whatever address it is sent to (Yandex Cloud IAM documentation). */
const audience = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';

const lifetimeS = 3600;

/**
 * The JWT that is exchanged for an IAM token: PS256, signed with the key, valid for an hour, the longest that is allowed
 * (Yandex Cloud IAM documentation). Throws where the private key is none.
 */
export function jwtOf(key: AuthorizedKey, nowMs: number): string {
  const iat = Math.floor(nowMs / 1000);
  const header = { typ: 'JWT', alg: 'PS256', kid: key.id };
  const claims = { iss: key.serviceAccountId, aud: audience, iat, exp: iat + lifetimeS };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  // RFC 7518 §3.5: the salt is as long as the hash.
  const how = { key: privateKeyIn(key.privateKey), padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return `${signed}.${sign('sha256', Buffer.from(signed), how).toString('base64url')}`;
}

/** Keys begin with "PLEASE DO NOT REMOVE THIS LINE! …" before the PEM (Yandex Cloud IAM documentation). */
function privateKeyIn(text: string): KeyObject {
  return createPrivateKey(text.slice(Math.max(0, text.indexOf('-----BEGIN'))));
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
