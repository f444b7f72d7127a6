import { throughWords } from './client-words.ts';
import { costWords, isOver, measuredWords, spentWords } from './job-words.ts';
import type { Notice, NoticeJob } from './notice.ts';
import { oneLine, safeUrl } from './text.ts';
import { countJobs, verbOf, type Reader } from './titles.ts';

/** A labelled sentence. */
interface Fact {
  readonly label: string;
  readonly text: string;
}

/** A link whose address was built by us or written by the operators: https, never from a job. */
export interface Link {
  readonly text: string;
  readonly url: string;
}

/** A command, and what it does in a word or two. Built by us from names that a shell takes as they are. */
interface Command {
  readonly text: string;
  readonly command: string;
}

/** What a message says about one job. */
export interface MessageJob {
  readonly heading: string;
  readonly facts: readonly Fact[];
  /** First line of the statement, to be shown as code. */
  readonly query?: string;
  readonly link?: Link;
  /** Ready for a shell, each with what it does; to be shown as code. */
  readonly commands?: readonly Command[];
  /** Lines for the policy, to be shown as code. */
  readonly snippet?: readonly string[];
}

/** How much is said about each job. */
export type Detail = 'full' | 'brief' | 'terse';

interface About {
  readonly notice: Notice;
  readonly reader: Reader;
  readonly detail: Detail;
}

type MaybeFact = readonly [label: string, text: string | undefined, max: number];

function facts(all: readonly MaybeFact[]): readonly Fact[] {
  return all.flatMap(([label, text, max]) => (text === undefined ? [] : [{ label, text: oneLine(text, max) }]));
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function wasHeldBack({ did, heldBack }: NoticeJob): string | undefined {
  return did.startsWith('would-have') || did === 'held-back' ? heldBack?.why : undefined;
}

const capitalOf = (text: string | undefined) => (text === undefined ? undefined : capital(text));

function what(job: NoticeJob, { notice, reader }: About): string | undefined {
  // A trouble says it for all of its jobs, and the title of a message about one job for that one.
  if (notice.trouble !== undefined) return undefined;
  const verb = countJobs(notice) === 1 ? '' : `${capital(verbOf(job, notice, reader))}. `;
  // That the engine reports a cancelled job as stopped is proof for the record, and says nothing to its owner.
  // That a job finished by itself is said by the verb, where there is one.
  const isPlain = job.did === 'warned' || job.did === 'cancelled' || (job.did === 'finished-first' && verb !== '');
  const why = isPlain ? '' : capital(wasHeldBack(job) ?? job.why);
  const words = `${verb}${why}`.trim();
  return words === '' ? undefined : words;
}

/** The reason, of a job that has ended in the past tense. */
function because(job: NoticeJob, max: number): string {
  const known = job.because === '' || job.because === '-' ? 'is over a limit' : job.because;
  const reason = isOver.has(job.did)
    ? known.replaceAll(/(^| and )(has|is) /g, (_, and: string, verb) => `${and}${verb === 'has' ? 'had' : 'was'} `)
    : known;
  return `It ${oneLine(reason, max)} (rule ${oneLine(job.rule, 60)}).`;
}

function why(job: NoticeJob): string {
  const says = job.ruleSays === undefined ? '' : ` ${oneLine(job.ruleSays, 160)}`;
  return `${because(job, 220)}${says}`;
}

function numbers(job: NoticeJob): string | undefined {
  const rank = (over: boolean | undefined) => (over === true ? 0 : over === undefined ? 1 : 2);
  const said = job.measured.filter((one) => one.over !== false || one.value !== undefined);
  const sorted = said.toSorted((a, b) => rank(a.over) - rank(b.over));
  return sorted.length === 0
    ? undefined
    : `${sorted
        .slice(0, 3)
        .map((one) => measuredWords(one, job))
        .join('; ')}.`;
}

function runBy(job: NoticeJob): string | undefined {
  if (job.principal === undefined) return undefined;
  const run = job.clientRun === undefined ? '' : ` (${oneLine(job.clientRun, 70)})`;
  const through = job.client === undefined ? '' : ` through ${oneLine(throughWords(job.client), 40)}${run}`;
  return `${oneLine(job.principal, 80)}${through}`;
}

function next(job: NoticeJob, { notice, reader }: About): string | undefined {
  if (notice.trouble !== undefined) return undefined;
  const hasPassed = job.willCancelAtMs !== undefined && job.willCancelAtMs <= reader.nowMs;
  return hasPassed ? 'That time has passed: look at what became of it.' : job.next;
}

function fullFacts(job: NoticeJob, about: About): readonly Fact[] {
  return facts([
    ['What', what(job, about), 300],
    ['Why', why(job), 450],
    ['Numbers', numbers(job), 220],
    ['Used', spentWords(job.spent), 100],
    ['Cost', capitalOf(costWords(job)), 120],
    ['Data', job.data, 160],
    ['Run by', runBy(job), 200],
    ['For', job.behind, 200],
    ['Owner', job.owner, 100],
    ['Again', job.again, 220],
    ['Hint', job.hints.length === 0 ? undefined : job.hints.slice(0, 2).join(' '), 240],
    ['Next', next(job, about), 250],
    ['Rules', job.lost === undefined || job.lost.length === 0 ? undefined : job.lost.slice(0, 3).join(' '), 400],
    ['Audit id', job.event, 160],
  ]);
}

function briefFacts(job: NoticeJob, about: About): readonly Fact[] {
  return facts([
    ['What', what(job, about), 120],
    ['Why', because(job, 100), 200],
    ['Data', job.data, 90],
    ['Run by', job.principal, 80],
    ['Owner', job.owner, 80],
    ['Audit id', job.event, 120],
  ]);
}

function mayRead(job: NoticeJob, { reader: { to } }: About): boolean {
  if (job.query?.for === 'all') return true;
  return to !== undefined && 'email' in to && job.principal !== undefined && to.email === job.principal;
}

function heading(job: NoticeJob, maxId: number): string {
  const location = job.location === undefined ? '' : `, ${oneLine(job.location, 25)}`;
  const called = job.called === undefined ? oneLine(job.id, maxId) : capital(oneLine(job.called, maxId + 60));
  return `${called} (${oneLine(job.project, 40)}${location})`;
}

function commandsOf({ commands }: NoticeJob): Pick<MessageJob, 'commands'> {
  if (commands === undefined) return {};
  const { see, repeat } = commands;
  const all = [
    { text: 'Look at it', command: oneLine(see, 700) },
    ...(repeat === undefined ? [] : [{ text: 'Run the same statement again', command: oneLine(repeat, 1400) }]),
  ];
  return { commands: all };
}

function snippetOf({ snippet }: NoticeJob): Pick<MessageJob, 'snippet'> {
  // Blanks at the beginning of a line mean something in YAML.
  if (snippet === undefined || snippet.length === 0) return {};
  return { snippet: snippet.map((line) => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line, 300)}`) };
}

/** Says one job of a notice in words, in as much detail as asked for. The statement is shown to those who may read it. */
export function messageJob(job: NoticeJob, about: About): MessageJob {
  const { detail } = about;
  if (detail === 'terse') return { heading: heading(job, 70), facts: facts([['What', what(job, about), 100]]) };
  const full = detail === 'full';
  const url = safeUrl(job.consoleUrl);
  const fits = url !== undefined && url.length <= (full ? 400 : 200);
  return {
    heading: heading(job, full ? 120 : 70),
    facts: full ? fullFacts(job, about) : briefFacts(job, about),
    ...(full && job.query !== undefined && mayRead(job, about) ? { query: oneLine(job.query.firstLine, 80) } : {}),
    ...(full ? { ...commandsOf(job), ...snippetOf(job) } : {}),
    ...(fits ? { link: { text: 'Open the job in the console', url } } : {}),
  };
}
