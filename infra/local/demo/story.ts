import type { InboxMessage } from '../slack/inbox.ts';
import type { Decision } from './decisions.ts';
import { reasonOf } from './decisions.ts';
import { framed, readMessage } from './messages.ts';
import { fit, type Screen } from './screen.ts';
import type { Watched } from './watched.ts';

/** Tells what happens, a line at a time; every line has the seconds since the start. */
export interface Story {
  jobAppeared(job: Watched): void;
  cancelSent(job: Watched | undefined, id: string): void;
  jobEnded(job: Watched): void;
  decided(decision: Decision, job: Watched | undefined): void;
  messageArrived(message: InboxMessage): void;
}

const words: Readonly<Record<string, readonly [string, 'yellow' | 'red' | 'green' | 'cyan']>> = {
  cancelled: ['PROVED', 'green'],
  'finished-first': ['LEFT', 'cyan'],
  'held-back': ['HELD BACK', 'cyan'],
  unconfirmed: ['UNPROVED', 'red'],
};

type Style = 'dim' | 'yellow' | 'red' | 'green' | 'cyan' | 'bold';

/** Writes lines that begin with the seconds since the start and a word; `startedAtMs` and `now` are epoch ms. */
export function teller(screen: Screen, startedAtMs: number, now: () => number) {
  return (word: string, style: Style, text: string): void => {
    const at = `${((now() - startedAtMs) / 1000).toFixed(1).padStart(5)} s`;
    const room = screen.width - 20;
    screen.line(`${screen.paint('dim', at)}  ${screen.paint(style, word.padEnd(9))}  ${fit(text, room)}`);
  };
}

/** A story told on a screen; `startedAtMs` and `now` are epoch ms. */
export function storyOn(screen: Screen, startedAtMs: number, now: () => number): Story {
  const tell = teller(screen, startedAtMs, now);
  // A message of each kind is shown in full once; after that its title is enough.
  const shown = new Set<string>();
  const nameOf = (job: Watched | undefined, id: string) => (job === undefined ? id : `${job.name} (${job.who})`);
  return {
    jobAppeared: (job) => tell('RUNNING', 'dim', `${job.name} (${job.who}, ${job.project})`),
    cancelSent: (job, id) => tell('CANCEL', 'red', `${nameOf(job, id)}: cancel sent to BigQuery`),
    jobEnded: (job) => {
      if (job.end === undefined) tell('DONE', 'dim', `${job.name} (${job.who}) finished by itself`);
      else tell('STOPPED', 'green', `${job.name}: BigQuery says DONE, ${job.end}`);
    },
    decided: (decision, job) => {
      // A warning is told by its message, which arrives while the sweep goes on; its decision is logged at the end.
      if (decision.did === 'warned') return;
      const [word, style] = words[decision.did] ?? [decision.did.toUpperCase(), 'dim'];
      tell(word, style, `${nameOf(job, decision.job.id)} ${reasonOf(decision)}`);
    },
    messageArrived: (message) => {
      const title = readMessage(message)[0] ?? message.text;
      tell('MESSAGE', 'bold', `for ${message.to}: ${title}`);
      const kind = title.replaceAll(/[\d:]+/g, '');
      if (shown.has(kind)) return;
      shown.add(kind);
      for (const line of framed(message, Math.min(screen.width - 2, 96))) screen.line(`  ${line}`);
    },
  };
}
