import { AccessError } from '../../shared/access/ask.ts';
import { ObjectsError } from '../../shared/objects/objects.ts';
import { RecordError } from '../../shared/ledger/records.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { enableApi } from './doctor-grants.ts';

/** One thing that was tried: what came of it, and what is wrong where it is not as it has to be. */
export interface Check {
  readonly what: string;
  readonly says: string;
  readonly problem?: Problem;
}

/** It is as it has to be. */
export const fine = (what: string, says: string): Check => ({ what, says });

/** It is not; `severity` note: it could not be looked at here, and may be all right where the functions run. */
export function wrong(
  what: string,
  about: { readonly code: string; readonly says: string; readonly try: string; readonly severity?: 'note' | 'warning' },
): Check {
  const { code, says, try: cure, severity = 'error' } = about;
  return { what, says, problem: { code, severity, where: what, says, try: cure } };
}

const logIn = 'Run gcloud auth application-default login.';
const again = 'Try again; if it stays, look at the status of the service.';

/** What an error of the state or policy bucket means: `grant` is what helps where something is forbidden. */
export function storeFault(what: string, error: unknown, grant: string): Check {
  if (!(error instanceof ObjectsError)) {
    if (error instanceof RecordError)
      return wrong(what, { code: 'bad-place', says: error.message, try: 'Correct it.' });
    throw error;
  }
  if (error.failure === 'forbidden') {
    return wrong(what, { code: 'permission-missing', says: error.message, try: `Run: ${grant}` });
  }
  if (error.failure === 'not-found') {
    return wrong(what, { code: 'not-there', says: error.message, try: 'Create the bucket, or correct its name.' });
  }
  const cure = error.failure === 'unauthenticated' ? logIn : again;
  return wrong(what, { code: 'not-reached', says: error.message, try: cure });
}

/** What an error of one of Google's APIs means. */
export function apiFault(
  what: string,
  error: unknown,
  about: { readonly api: string; readonly project: string },
): Check {
  if (!(error instanceof AccessError)) throw error;
  const { message: says, status, reason } = error;
  if (reason === 'SERVICE_DISABLED') {
    return wrong(what, { code: 'api-disabled', says, try: `Run: ${enableApi(about.api, about.project)}` });
  }
  const cure = status === 401 || /credentials/.test(says) ? logIn : again;
  return wrong(what, { code: 'not-reached', says, try: cure });
}
