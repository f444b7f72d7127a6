import type { End } from '../jobs/verdict.ts';
import type { NoticeJob } from './notice.ts';

const schedulers: Readonly<Record<string, string>> = {
  airflow: 'Airflow',
  dbt: 'dbt',
  dataform: 'Dataform',
  'scheduled-query': 'the scheduled query',
};

/** Who reads what to do next: nobody but the owner can change the job, and nobody knows whose an unowned one is. */
export type NextReader = 'owner' | 'operators' | 'no-owner';

/** What its owner can do, as an order to the owner, and as news to others: `Make it smaller.`, `Its owner can …`. */
function canDo(reader: NextReader, what: string): string {
  if (reader === 'operators') return `Its owner can ${what}`;
  if (reader === 'no-owner') return `Find out whose it is: they can ${what}`;
  return `${what.slice(0, 1).toUpperCase()}${what.slice(1)}`;
}

function nextAfterCancel({ client, jobType, reader }: NextAbout): string {
  const again = client === undefined ? undefined : schedulers[client];
  if (again !== undefined)
    return canDo(reader, `make it smaller or pause it before ${again} starts it again: it would be cancelled again.`);
  const run = reader === 'owner' ? 'you run it again' : 'it runs again';
  if (jobType !== 'query') return canDo(reader, `make it smaller or split it before ${run}, or ask for an exemption.`);
  const how = '(fewer days, fewer columns, a filter on the partition)';
  return canDo(reader, `make it smaller before ${run} ${how}, or ask for an exemption.`);
}

/** What follows from a warning for others than the owner. */
function nextOfOthers({ reader, willCancel, line, cancels }: NextAbout): string {
  if (willCancel) return canDo(reader, 'ask for an exemption before then, or cancel it.');
  if (line === 'warnAt')
    return canDo(reader, 'ask for an exemption, or cancel it: past the limit it may be cancelled.');
  if (cancels) return canDo(reader, 'ask for an exemption, or cancel it: later it may be cancelled.');
  return canDo(reader, 'say whether it is still needed, and cancel it if it is not. This rule only warns.');
}

function nextAfterWarning(about: NextAbout): string {
  const { willCancel, line, cancels, reader } = about;
  if (reader !== 'owner') return nextOfOthers(about);
  if (willCancel) return 'If you need it, ask for an exemption before then. If you do not, cancel it now.';
  if (line === 'warnAt')
    return 'If you need it, ask for an exemption: past the limit it may be cancelled. If you do not, cancel it now.';
  if (cancels) return 'If you need it, ask for an exemption: later it may be cancelled. If you do not, cancel it now.';
  return 'Look whether it is still needed, and cancel it yourself if it is not. This rule only warns.';
}

function nextAfterEnd({ reader }: NextAbout): string {
  const what = canDo(reader, 'make it smaller or ask for an exemption: next time it may be cancelled.');
  return `Nothing now. If it runs often, ${what.slice(0, 1).toLowerCase()}${what.slice(1)}`;
}

interface NextAbout {
  readonly client?: string | undefined;
  readonly jobType?: string | undefined;
  readonly reader: NextReader;
  /** Whether a time for the cancel is known. */
  readonly willCancel: boolean;
  /** Whether the rule cancels what is over its limit. */
  readonly cancels: boolean;
  readonly line: NoticeJob['line'];
}

/** The one thing to do next, as sentences. */
export function nextWords(did: End, about: NextAbout): string {
  switch (did) {
    case 'cancelled':
      return nextAfterCancel(about);
    case 'warned':
      return nextAfterWarning(about);
    case 'finished-first':
      return nextAfterEnd(about);
    case 'failed-by-itself':
      return 'Look at how it ended: Jobwarden did not cause it.';
    case 'gone':
      return 'Look whether its result is there.';
    case 'forbidden':
      return 'It is still running: cancel it yourself if it is not needed. Jobwarden lacks the permission, and tries again later.';
    case 'unconfirmed':
      return 'Nothing now. Jobwarden looks again every minute and tells you how it ended.';
    case 'error':
      return 'If it must stop now, cancel it yourself. Jobwarden tries again.';
    case 'would-have-been-cancelled':
    case 'would-have-been-warned':
      return about.reader !== 'owner'
        ? 'See that this is right before the rule is switched to enforce.'
        : 'Say so if this job should be left alone, before the rule is switched to enforce.';
    case 'recorded':
    case 'held-back':
    case 'ended':
    case 'withdrawn':
      return 'Nothing.';
  }
}
