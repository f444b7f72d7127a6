import type { Problem } from '../../shared/jobs/problem.ts';
import { judgements, putMark, type Judgement, type Mark, type Marked } from '../../shared/report/marks.ts';
import { usage } from './arguments.ts';
import { cannotRun } from './asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { findCase, type Named } from './mark-find.ts';
import { momentWords } from './moments.ts';
import { reasonOf, userOf } from './said-by.ts';
import { noLedger, stateOf, wholeLedgerIn } from './state-place.ts';
import { plain } from './verdict-lines.ts';

const help = `Usage: jobwarden mark JOB false-alarm --why TEXT [--state PLACE] [--by NAME] [--replace]
       jobwarden mark JOB rightly --why TEXT [--state PLACE] [--by NAME] [--replace]

Records what a person says of a job that was cancelled, or would have been: a false alarm, or rightly stopped. jobwarden
report counts it, above what it thinks likely by itself. It changes no case, and cancels and starts nothing.

JOB is an id, or PROJECT:LOCATION.ID as messages have it, or the id of its case or of one of its events. The ledger knows
the cases of the last 14 days; for an older one name the events.

The judgement is kept in the state as marks/CASE.json with who, when and why, and nothing deletes it. Who marks a job again
replaces their own judgement; that of somebody else only with --replace. What stood there before is kept beside it.

Options:
  --why TEXT       why
  --state PLACE    where watch keeps its state: gs://BUCKET, gs://BUCKET/PREFIX or a directory; default JOBWARDEN_STATE,
                   else .jobwarden/state
  --by NAME        who says so; default the user of this machine
  --replace        also replaces what somebody else has said
  --events FILE    exported events, one JSON object a line
  --table TABLE    PROJECT.DATASET.all_events, the view of infra/gcp; it is queried

Exit code 0 when the judgement stands, 2 when it does not.

Examples:
  jobwarden mark analytics-prod:EU.bquxjob_1a2b_3c4d false-alarm --why "it was about to finish" --state gs://our-state
  jobwarden mark bquxjob_1a2b_3c4d rightly --why "the join had no condition"`;

const isJudgement = (word: string | undefined): word is Judgement => judgements.some((known) => known === word);

function wordsOf({ files }: Given): { readonly job: string; readonly judged: Judgement } | Problem {
  const [job, judged, ...more] = files;
  if (job !== undefined && isJudgement(judged) && more.length === 0) return { job, judged };
  const says =
    job === undefined
      ? 'No job is named.'
      : judged === undefined
        ? 'It is not said what the job was.'
        : isJudgement(judged)
          ? `"${more[0]}" is one word too many.`
          : `"${judged}" is no judgement.`;
  return usage('bad-judgement', says, 'Write jobwarden mark JOB false-alarm, or jobwarden mark JOB rightly.');
}

/** `--why`, by the rules of every other reason. */
function whyOf(given: Given): { readonly why: string } | Problem {
  const found = reasonOf({ ...given, values: { reason: given.values['why'] } });
  return 'reason' in found ? { why: found.reason } : { ...found, try: found.try.replace('--reason', '--why') };
}

interface Asked {
  readonly state: string;
  readonly job: string;
  readonly mark: Mark;
  readonly replaces: boolean;
}

function askedOf(given: Given, outside: Outside): Asked | { readonly problems: readonly Problem[] } {
  const [words, why, by, state] = [wordsOf(given), whyOf(given), userOf(given, outside), stateOf(given, outside)];
  if (!('job' in words) || !('why' in why) || !('name' in by) || !('state' in state)) {
    return { problems: [words, why, by, state].flatMap((one) => ('code' in one ? [one] : [])) };
  }
  const { job, judged } = words;
  const mark = { judged, ...why, ...(by.name !== undefined && { by: by.name }), atMs: outside.now() };
  return { state: state.state, job, mark, replaces: given.values['replace'] === true };
}

const names: Readonly<Record<Judgement, string>> = { 'false-alarm': 'a false alarm', rightly: 'rightly stopped' };

function markWords({ judged, why, by, atMs }: Mark): string {
  const whose = by === undefined ? '' : ` by ${plain(by)}`;
  return `${names[judged]}${whose} at ${momentWords(atMs, 'UTC')}: ${plain(why)}`;
}

function refused(marked: Exclude<Marked, { how: 'marked' | 'same' }>, { job }: Named): Problem {
  const about = { severity: 'error' as const, where: plain(job) };
  if (marked.how === 'busy') {
    const says = 'Others wrote the same judgement each time: yours does not stand.';
    return { ...about, code: 'mark-busy', says, try: 'Try again.' };
  }
  const { mark } = marked.record;
  if (marked.how === 'full') {
    const says = 'It was marked more than 50 times: nothing more is kept.';
    return { ...about, code: 'marked-too-often', says, try: `What stands: ${markWords(mark)}.` };
  }
  const says = `Somebody has marked it already: ${markWords(mark)}.`;
  return { ...about, code: 'marked-before', says, try: 'Talk to them; --replace puts yours in its place.' };
}

function markReport(marked: Marked, named: Named): Report {
  if (marked.how !== 'marked' && marked.how !== 'same') return cannotRun([refused(marked, named)]);
  const { mark, before } = marked.record;
  const last = marked.how === 'marked' ? before.at(-1) : undefined;
  const text = [
    [{ text: plain(named.job), as: 'strong' as const }, ` is marked: ${markWords(mark)}.`],
    ...(last === undefined ? [] : [`It takes the place of another, which is kept: ${markWords(last)}.`]),
    ...(marked.how === 'same' ? ['That stood there before; nothing was written.'] : []),
    'jobwarden report --state counts it; the case itself is as it was.',
  ];
  return { status: 'fine', problems: [], text, data: { ...named, mark, before } };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const asked = askedOf(given, outside);
  if ('problems' in asked) return cannotRun(asked.problems);
  const { state, mark, replaces } = asked;
  const document = await wholeLedgerIn(state, outside);
  if (document === undefined) return cannotRun([noLedger(state)]);
  const found = await findCase(asked.job, document, { given, outside });
  if ('problems' in found) return cannotRun(found.problems);
  const story = { case: found.value.case, job: found.value.job };
  return markReport(await putMark(outside.objects(state), { story, mark, replaces }, outside.now), found.value);
}

/** `jobwarden mark`: records a person's judgement of a job. */
export const mark: Command = {
  name: 'mark',
  summary: 'record that a cancel was a false alarm, or right',
  help,
  options: {
    why: { type: 'string' },
    state: { type: 'string' },
    by: { type: 'string' },
    replace: { type: 'boolean' },
    events: { type: 'string' },
    table: { type: 'string' },
  },
  run,
};
