import type { Job, PrincipalKind } from '../../jobs/job.ts';
import type { Reader } from '../http/read.ts';

/** Who ran the job: the e-mail address where there is one, else the subject, lower-cased; and what kind of identity it is. */
export function principalOf(read: Reader): Pick<Job, 'principal' | 'principalKind'> {
  const email = read.text('user_email')?.toLowerCase();
  const subject = read.text('principal_subject')?.toLowerCase();
  // A subject repeats the address behind `user:` or `serviceAccount:`; a pattern for the address has to meet it there too.
  const principal = email ?? subject?.replace(/^(?:user|serviceaccount):/, '');
  if (principal === undefined) return {};
  return { principal, principalKind: kindOf(principal, subject) };
}

function kindOf(principal: string, subject: string | undefined): PrincipalKind {
  if (/[@.]gserviceaccount\.com$/.test(principal) || subject?.startsWith('serviceaccount:')) return 'serviceAccount';
  if (principal.startsWith('serviceaccount:')) return 'serviceAccount';
  const federated = /^principal(?:set)?:\/\//;
  if (federated.test(principal) || (subject !== undefined && federated.test(subject))) return 'external';
  return /^[^\s@/:]+@[^\s@/:]+$/.test(principal) ? 'person' : 'external';
}
