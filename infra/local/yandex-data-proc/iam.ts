import { constants, createPublicKey, randomBytes, verify } from 'node:crypto';

/** Who may call. Keys by their id, with the service account and the public key in PEM. */
export interface YandexAuth {
  readonly keys?: Readonly<Record<string, { readonly serviceAccountId: string; readonly publicKey: string }>>;
  /** Whether the metadata service hands out tokens. */
  readonly metadata?: boolean;
  /** Tokens that are good from the start and for ever. */
  readonly tokens?: readonly string[];
  /** How long a token lasts that is handed out; 12 hours unless told. */
  readonly tokenLastsMs?: number;
}

/** The tokens that were handed out. */
export interface Iam {
  /** A new token and its end; undefined for a JWT that must not be believed, with the reason. */
  readonly exchange: (
    jwt: unknown,
  ) => { readonly token: string; readonly endsAtMs: number } | { readonly refused: string };
  readonly handOut: () => { readonly token: string; readonly endsAtMs: number };
  readonly isGood: (authorization: string | undefined) => boolean;
  /** Every token handed out so far is refused from now on. */
  readonly revoke: () => void;
}

const audience = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';
const longestS = 3600;
/** How far clocks may be apart. */
const leewayS = 60;

function part(text: string | undefined): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'));
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function wrongIn(jwt: string, keys: NonNullable<YandexAuth['keys']>, nowS: number): string | undefined {
  const [head, payload, signature = '', ...rest] = jwt.split('.');
  if (rest.length > 0) return 'it has more than three parts';
  const { alg, kid } = part(head);
  if (alg !== 'PS256') return `alg is ${String(alg)}, not PS256`;
  const key = typeof kid === 'string' && Object.hasOwn(keys, kid) ? keys[kid] : undefined;
  if (key === undefined) return 'kid names no key';
  const { iss, aud, iat, exp } = part(payload);
  if (iss !== key.serviceAccountId) return 'iss is not the service account of the key';
  if (aud !== audience) return 'aud is not the address of the exchange';
  if (typeof iat !== 'number' || typeof exp !== 'number') return 'iat or exp is missing';
  if (exp - iat > longestS) return 'it lasts for more than an hour';
  if (nowS < iat - leewayS || nowS > exp) return 'it is not valid now';
  const how = {
    key: createPublicKey(key.publicKey),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  const isSigned = verify('sha256', Buffer.from(`${head}.${payload}`), how, Buffer.from(signature, 'base64url'));
  return isSigned ? undefined : 'the signature is wrong';
}

/** Hands out tokens against JWTs, and knows them again. Without `auth` every call is let in. */
export function iam(auth: YandexAuth | undefined, now: () => number): Iam {
  const ends = new Map<string, number>((auth?.tokens ?? []).map((token) => [token, Number.POSITIVE_INFINITY]));
  const handOut = () => {
    const token = `t1.${randomBytes(24).toString('base64url')}`;
    const endsAtMs = now() + (auth?.tokenLastsMs ?? 12 * 3_600_000);
    ends.set(token, endsAtMs);
    return { token, endsAtMs };
  };
  return {
    handOut,
    exchange(jwt) {
      try {
        const refused = wrongIn(String(jwt), auth?.keys ?? {}, now() / 1000);
        return refused === undefined ? handOut() : { refused };
      } catch {
        return { refused: 'it is no JWT' };
      }
    },
    isGood(authorization) {
      const [, token = ''] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
      return auth === undefined || now() < (ends.get(token) ?? 0);
    },
    revoke: () => ends.clear(),
  };
}
