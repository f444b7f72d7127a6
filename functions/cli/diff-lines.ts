import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Change } from '../../shared/policy/difference/change.ts';
import type { Circumstances } from './asked.ts';
import type { Line, Span } from './command.ts';
import { fateWords, isJudged, type Kind, type VerdictChange } from './diff-verdicts.ts';
import type { PolicyFile } from './policy-file.ts';
import { table, type Cell } from './table.ts';
import { readTextFile } from './text-file.ts';
import { plain, verdictData } from './verdict-lines.ts';

/** The policy as it was and as it is to be. */
export interface Pair {
  readonly before: PolicyFile;
  readonly after: PolicyFile;
}

/** Everything that is said about two policies. `jobs` undefined: none were given. */
export interface Compared {
  readonly pair: Pair;
  readonly circumstances: Circumstances;
  readonly edits: ReturnType<typeof placed>;
  readonly jobs: readonly Job[] | undefined;
  readonly changes: readonly VerdictChange[];
}

/** Whether an edit may be harsher. */
export const isFlagged = ({ effect }: Change) => effect === 'harsher' || effect === 'either';

function cureOf({ effect }: Change): string {
  if (effect === 'harsher') return 'More jobs may be cancelled or warned of: see that it is meant.';
  if (effect === 'either') return 'It may be harsher for some jobs and softer for others: see that it is meant.';
  return 'Nothing has to be done.';
}

/** Every edit as a problem, so that it has its line. */
export function placed(
  edits: readonly Change[],
  { before, after }: Pair,
): readonly (Change & { readonly problem: Problem })[] {
  const texts = { old: readTextFile(before.text, before.file), new: readTextFile(after.text, after.file) };
  return edits.map((edit) => {
    const code = edit.effect === 'either' ? 'policy-may-be-harsher' : `policy-${edit.effect}`;
    const severity = isFlagged(edit) ? 'warning' : 'note';
    const { path, says } = edit;
    return { ...edit, problem: texts[edit.side].problem({ path, severity, code, says, try: cureOf(edit) }) };
  });
}

function editLines(edits: readonly Change[]): readonly Line[] {
  const rest = edits.filter((edit) => !isFlagged(edit));
  const flagged = edits.length - rest.length;
  const count = `${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}, ${flagged} of them harsher or unclear`;
  if (edits.length === 0) return [[{ text: 'The policies mean the same.', as: 'good' }]];
  return [
    [{ text: `${count}.`, as: flagged > 0 ? 'caution' : 'good' }],
    ...rest.map(({ effect, says }): Line => [
      { text: `  ${effect.padEnd(8)}`, as: effect === 'softer' ? 'good' : 'quiet' },
      ` ${plain(says)}`,
    ]),
  ];
}

const looks: Readonly<Record<Kind, Span['as']>> = {
  'newly cancelled': 'bad',
  harder: 'bad',
  'no longer cancelled': 'good',
  softer: 'good',
  'other rule': 'caution',
  'carried out otherwise': 'caution',
  'other owner': 'quiet',
};

function changeRow({ kind, job, before, after, because }: VerdictChange): readonly Cell[] {
  const cells = [jobName(job), job.principal ?? 'unknown', fateWords(before), fateWords(after), because];
  return [{ text: kind, as: looks[kind] }, ...cells.map(plain)];
}

function jobLines({ jobs, changes }: Compared): readonly Line[] {
  if (jobs === undefined) return ['No jobs were judged: --jobs FILE shows what becomes of them.'];
  const listed = jobs.filter(isJudged).length;
  const count = `${listed} jobs judged under both: ${changes.length} ${changes.length === 1 ? 'verdict changes' : 'verdicts change'}.`;
  if (changes.length === 0) return [count];
  return [count, '', ...table(['CHANGE', 'JOB', 'PRINCIPAL', 'BEFORE', 'AFTER', 'BECAUSE'], changes.map(changeRow))];
}

/** The same for JSON. */
export function diffData({ pair, circumstances, edits, jobs, changes }: Compared) {
  return {
    old: pair.before.file,
    new: pair.after.file,
    at: new Date(circumstances.nowMs).toISOString(),
    setting: circumstances.setting,
    edits: edits.map(({ side, effect, says, problem }) => ({
      where: problem.where,
      line: problem.line,
      side,
      effect,
      says,
    })),
    ...(jobs !== undefined && { jobs: jobs.filter(isJudged).length }),
    verdicts: changes.map(({ kind, job, before, after, because }) => ({
      kind,
      job: jobName(job),
      principal: job.principal,
      because,
      before: { verdicts: before.verdicts.map(verdictData), owner: before.owner },
      after: { verdicts: after.verdicts.map(verdictData), owner: after.owner },
    })),
  };
}

/** The edits that are not flagged as problems, then the jobs of which something else becomes. */
export function diffLines(all: Compared): readonly Line[] {
  return [...editLines(all.edits), ...jobLines(all)];
}
