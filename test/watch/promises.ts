import { kindOf } from '../../shared/audit/attributes.ts';
import { auditEventSchema, eventName, type AuditEvent, type JobEvent } from '../../shared/audit/event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { noticeSchema, type Notice } from '../../shared/notices/notice.ts';

/** Everything that was published, read by its schema; and what holds after every sweep, whatever a test is about. */
export interface Promises {
  /** Takes an accepted event, and gives its name: `cancel.confirmed job-1`, `breaker.opened`, `notice cancelled`. */
  published(event: TrailEvent): string;
  /** A cancel reached the engine, and whether the ledger held its plan at that moment. */
  cancelled(id: string, isRecorded: boolean): void;
  readonly audit: readonly AuditEvent[];
  readonly notices: readonly Notice[];
  /** What was promised and not held. Numbers and ids are left out where another sweep wrote to the ledger. */
  broken(about: { readonly numbers: boolean }): readonly string[];
}

export function isJobEvent(event: AuditEvent): event is JobEvent {
  return 'case' in event;
}

function nameOf(event: AuditEvent): string {
  return isJobEvent(event) ? `${eventName(event.type)} ${event.data.job.id}` : eventName(event.type);
}

/** Holds every event against its schema, its id and its number, and every cancel against its record. */
export function keepPromises(): Promises {
  const audit: AuditEvent[] = [];
  const notices: Notice[] = [];
  const broken: string[] = [];
  const brokenNumbers: string[] = [];
  const known = new Map<string, string>();

  const once = (key: string, text: string) => {
    if ((known.get(key) ?? text) !== text) brokenNumbers.push(`there is another event with the ${key}`);
    known.set(key, text);
  };
  return {
    audit,
    notices,
    published: (event) => {
      once(`id ${event.id}`, JSON.stringify(event));
      if (kindOf(event.type) === 'notice') {
        notices.push(noticeSchema.parse(event.data));
        return `notice ${event.subject}`;
      }
      const read = auditEventSchema.parse(event);
      audit.push(read);
      if (isJobEvent(read)) once(`number ${read.case} ${read.sequence}`, read.id);
      return nameOf(read);
    },
    cancelled: (id, isRecorded) => {
      // The plan of a script is the one of its children too.
      if (!isRecorded && !id.startsWith('child'))
        broken.push(`a cancel of ${id} was sent without a record of its plan`);
    },
    broken: ({ numbers }) => [...broken, ...(numbers ? brokenNumbers : [])],
  };
}
