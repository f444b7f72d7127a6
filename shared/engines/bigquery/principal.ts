import type { Job, PrincipalKind } from '../../jobs/job.ts';
import type { Reader } from '../http/read.ts';

type Identity = Pick<Job, 'principal' | 'principalKind'>;

/** Who ran the job: the e-mail address where there is one, else the subject, lower-cased; and what kind of identity it is. */
export function principalOf(read: Reader): Identity {
  return identityOf(read.text('user_email'), read.text('principal_subject'));
}

/** The same from the two texts of a record. */
export function identityOf(address: string | undefined, written: string | undefined): Identity {
  const email = address?.toLowerCase();
  const subject = written?.toLowerCase();
  // A subject repeats the address behind `user:` or `serviceAccount:`; a pattern for the address has to meet it there too.
  const principal = email ?? subject?.replace(/^(?:user|serviceaccount):/, '');
  if (principal === undefined) return {};
  return { principal, principalKind: kindOf(principal, subject) };
}

function kindOf(principal: string, subject: string | undefined): PrincipalKind {
  const isAccount = principal.endsWith('.gserviceaccount.com') || principal.endsWith('@gserviceaccount.com');
  if (isAccount || subject?.startsWith('serviceaccount:')) return 'serviceAccount';
  if (principal.startsWith('serviceaccount:')) return 'serviceAccount';
  const federated = /^principal(?:set)?:\/\//;
  if (federated.test(principal) || (subject !== undefined && federated.test(subject))) return 'external';
  return /^[^\s@/:]+@[^\s@/:]+$/.test(principal) ? 'person' : 'external';
}
