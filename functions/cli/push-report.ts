import type { Problem } from '../../shared/jobs/problem.ts';
import type { Line, Report } from './command.ts';
import type { Asked } from './push-asked.ts';
import type { There } from './push-object.ts';

/** What was found on the way: the reports of check, test and diff as far as it came, and what stands at the place. */
export interface Looked {
  readonly reports: readonly Report[];
  readonly there: There | undefined;
}

/** How it ended: whether it is there, in words, and with what generation. */
interface Ending {
  readonly status: Report['status'];
  readonly written: boolean;
  readonly generation: string | undefined;
  readonly problems?: readonly Problem[];
  readonly lines: readonly Line[];
}

const numberOf = (generation: string) => (generation === 'absent' ? '0' : generation);

function withoutDoubleBlanks(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
}

function whole({ reports }: Looked, ending: Ending, asked: Asked): Report {
  const [check, test, diff] = reports;
  const { status, written, generation } = ending;
  return {
    status,
    problems: [...reports.flatMap(({ problems }) => problems), ...(ending.problems ?? [])],
    text: withoutDoubleBlanks([
      ...(check?.text ?? []),
      ...(test?.text ?? []),
      '',
      ...(diff?.text ?? []),
      '',
      ...ending.lines,
    ]),
    data: {
      file: asked.file,
      to: `gs://${asked.to.bucket}/${asked.to.name}`,
      written,
      generation: generation === undefined ? null : numberOf(generation),
      check: check?.data ?? null,
      tests: test?.data ?? null,
      diff: diff?.data ?? null,
    },
  };
}

/** What is to be written, and where. */
interface Place {
  readonly asked: Asked;
  readonly where: string;
}

const nothingWritten: Line = [{ text: 'Nothing was written.', as: 'caution' }];

/** It cannot be written as it is. */
export function stopped(looked: Looked, asked: Asked): Report {
  const status = looked.reports.some((report) => report.status === 'cannot-run') ? 'cannot-run' : 'findings';
  const ending = { status, written: false, generation: looked.there?.generation, lines: [nothingWritten] } as const;
  return whole(looked, ending, asked);
}

/** It could be written, and --yes is missing. */
export function notAsked(looked: Looked, there: There, { asked, where }: Place): Report {
  const tests = asked.tests.map((file) => ` --tests ${file}`).join('');
  const command = `jobwarden push ${asked.file} ${where}${tests} --generation ${numberOf(there.generation)} --yes`;
  const lines: Line[] = [nothingWritten, `To write it: ${command}`];
  return whole(looked, { status: 'findings', written: false, generation: there.generation, lines }, asked);
}

/** Somebody else wrote: what is there now was compared anew, and was left as it is. */
export function overtaken(looked: Looked, now: There, { asked, where }: Place): Report {
  const is = now.generation === 'absent' ? 'there is nothing now' : `it is generation ${now.generation} now`;
  const problem: Problem = {
    code: 'written-meanwhile',
    severity: 'error',
    where,
    says: `Somebody else has changed ${where} meanwhile: ${is}. It was left as it is, and nothing was written.`,
    try: 'Look at the difference against what is there now, bring it into your file, and push again.',
  };
  const ending = { status: 'findings', written: false, generation: now.generation } as const;
  return whole(looked, { ...ending, problems: [problem], lines: [nothingWritten] }, asked);
}

/** It is there already. */
export function already(looked: Looked, { generation }: There, asked: Asked): Report {
  return whole(looked, { status: 'fine', written: false, generation, lines: ['Nothing has to be written.'] }, asked);
}

/** It was written. `problems`: what was found doing so. */
export function written(
  looked: Looked,
  { generation, problems }: { readonly generation: string; readonly problems: readonly Problem[] },
  { asked, where }: Place,
): Report {
  const before = looked.there?.generation ?? 'absent';
  const over = before === 'absent' ? '' : `, over ${before}`;
  const lines: Line[] = [
    [{ text: `${where} is written`, as: 'good' }, `: generation ${generation}${over}.`],
    'watch takes it up at its next sweep.',
  ];
  return whole(looked, { status: 'fine', written: true, generation, problems, lines }, asked);
}
