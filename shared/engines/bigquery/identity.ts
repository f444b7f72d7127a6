import type { AuthClient } from 'google-auth-library';

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Calls with the token of another service account, which is asked for with one's own (IAM Service Account Credentials API,
 * generateAccessToken): BigQuery counts its quota by the identity that a call is made as. `endpoint` is another address
 * of that API.
 */
export async function impersonated(
  identity: string,
  own: AuthClient | undefined,
  endpoint: string | undefined,
): Promise<AuthClient> {
  const { GoogleAuth, Impersonated } = await import('google-auth-library');
  const sourceClient = own ?? (await new GoogleAuth({ scopes: scope }).getClient());
  // The library warns on the console about configurations that come from strangers; this one comes from settings.
  return new Impersonated({
    sourceClient,
    targetPrincipal: identity,
    targetScopes: [scope],
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}
