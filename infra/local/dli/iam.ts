import { randomBytes } from 'node:crypto';
import type { JsonReply, JsonRequest } from '../http/json-server.ts';
import { wrongSignature } from './signature.ts';

/** Who may call. */
export interface DliAuth {
  readonly users?: readonly { readonly user: string; readonly password: string; readonly domain: string }[];
  /** Secret keys by access key. */
  readonly accessKeys?: Readonly<Record<string, string>>;
  /** How long a token lasts; 24 hours unless told. */
  readonly tokenLastsMs?: number;
}

/** Hands out tokens and checks who calls. */
export interface Iam {
  readonly tokenReply: (request: JsonRequest) => JsonReply;
  /** Why a call about a project is not let in; undefined where it is. */
  readonly whyNot: (request: JsonRequest, project: string) => string | undefined;
  /** Every token handed out so far is refused from now on. */
  readonly revoke: () => void;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => Object(found)[key], value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without `auth` every call is let in. A token is good for the project that it was asked for. */
export function iam(auth: DliAuth | undefined, now: () => number): Iam {
  const tokens = new Map<string, { readonly project: string; readonly endsAtMs: number }>();
  return {
    revoke: () => tokens.clear(),
    tokenReply({ body }) {
      const asked = at(parsed(body), 'auth');
      const user = at(asked, 'identity', 'password', 'user');
      const project = at(asked, 'scope', 'project', 'id');
      const isKnown = (auth?.users ?? []).some(
        (one) =>
          one.user === at(user, 'name') &&
          one.password === at(user, 'password') &&
          one.domain === at(user, 'domain', 'name'),
      );
      if (!isKnown || typeof project !== 'string') {
        const message = 'The username or password is wrong.';
        return { status: 401, body: { error: { code: 401, message, title: 'Unauthorized' } } };
      }
      const token = `MII${randomBytes(300).toString('base64')}`;
      const endsAtMs = now() + (auth?.tokenLastsMs ?? 86_400_000);
      tokens.set(token, { project, endsAtMs });
      const expires_at = new Date(endsAtMs).toISOString().replace('Z', '000Z');
      const issued_at = new Date(now()).toISOString().replace('Z', '000Z');
      return { status: 201, body: { token: { expires_at, issued_at } }, headers: { 'x-subject-token': token } };
    },
    whyNot(request, project) {
      if (auth === undefined) return undefined;
      const shown = request.headers['x-auth-token'];
      if (shown === undefined) {
        const isOther = request.headers['x-project-id'] !== project;
        return isOther ? 'X-Project-Id is missing or another' : wrongSignature(request, auth.accessKeys ?? {}, now());
      }
      const token = tokens.get(String(shown));
      if (token === undefined || now() >= token.endsAtMs) return 'the token is invalid or has expired';
      return token.project === project ? undefined : 'the token is for another project';
    },
  };
}
