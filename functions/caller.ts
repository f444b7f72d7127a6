import type { Request, Response } from '@google-cloud/functions-framework';
import type { OAuth2Client } from 'google-auth-library';
import type { Log } from './log.ts';
import type { CallerSettings } from './settings.ts';

type Handler = (request: Request, response: Response) => Promise<void>;

/** Why a request is not let in: nobody says who calls, or somebody else does. */
interface Refusal {
  readonly status: 401 | 403;
  readonly says: string;
}

const longestToken = 8192;

/** Checks the tokens that Google signs for Cloud Scheduler and Pub/Sub: signature, issuer, time, audience, and who it is for. */
async function refusalOf(
  header: string | undefined,
  { caller, audience }: CallerSettings,
  client: () => Promise<OAuth2Client>,
): Promise<Refusal | undefined> {
  const [, token] = /^bearer ([\w.~+/=-]+)$/i.exec(header ?? '') ?? [];
  if (token === undefined || token.length > longestToken) return { status: 401, says: 'it has no bearer token' };
  try {
    const ticket = await (await client()).verifyIdToken({ idToken: token, audience });
    const { email, email_verified: isVerified } = ticket.getPayload() ?? {};
    if (email === caller && isVerified === true) return undefined;
    return { status: 403, says: 'its token is of another account' };
  } catch (error) {
    // The library quotes the token in some of its messages.
    const says = error instanceof Error ? error.message.replaceAll(token, '(token)').slice(0, 100) : 'no reason';
    return { status: 401, says: `its token does not hold: ${says}` };
  }
}

/** A client of Google's certificates, loaded by the first request. `certificatesUrl` is a stand-in's. */
function openClient(certificatesUrl: string | undefined): () => Promise<OAuth2Client> {
  let client: Promise<OAuth2Client> | undefined;
  const open = async () => {
    const library = await import('google-auth-library');
    const endpoints =
      certificatesUrl === undefined ? {} : { endpoints: { oauth2FederatedSignonPemCertsUrl: certificatesUrl } };
    return new library.OAuth2Client(endpoints);
  };
  return async () => (client ??= open());
}

/**
 * Lets only the one account in that is meant to call, although Cloud Run has asked for the same: a grant too many there
 * must not be enough to have sweeps made or messages sent. 401 without a token that holds, 403 for somebody else's; no
 * work is done for either. Without settings, on a machine of one's own, everybody is let in.
 */
export function onlyFrom(settings: CallerSettings | undefined, log: Log, handler: Handler): Handler {
  if (settings === undefined) return handler;
  const client = openClient(settings.certificatesUrl);
  return async (request, response) => {
    const refusal = await refusalOf(request.get('authorization'), settings, client);
    if (refusal === undefined) return handler(request, response);
    log({ severity: 'WARNING', message: `A call was refused: ${refusal.says}.`, event: 'call.refused' });
    if (refusal.status === 401) response.set('WWW-Authenticate', 'Bearer');
    response
      .status(refusal.status)
      .json({ error: 'This function is called by its own scheduler or subscription only.' });
  };
}
