import { clientNames } from '../../jobs/client.ts';
import { didYouMean } from '../closest.ts';
import type { MatchFields } from '../match.ts';
import { isBigQueryOnly, enginesOf, jobBlocks, noticeBlocks, type Check, type Sense, type Subject } from './subject.ts';
import { covers, isPlain, membersOf, takes } from './values.ts';
import { bigqueryJobTypes, statementTypes } from './words.ts';
import type { Path } from '../lines.ts';

interface Known {
  readonly words: readonly string[];
  /** What the words are, in the plural. */
  readonly kind: string;
  readonly lowerCase?: boolean;
}

const ofBigQuery: Readonly<Record<string, Known>> = {
  statementType: { words: statementTypes, kind: 'statements of BigQuery' },
  jobType: { words: bigqueryJobTypes, kind: 'kinds of jobs in BigQuery' },
  client: { words: clientNames, kind: 'clients that can be told' },
};

const ofAll: Readonly<Record<string, Known>> = {
  principalKind: { words: ['person', 'serviceAccount', 'external'], kind: 'kinds of identities' },
  priority: { words: ['interactive', 'batch'], kind: 'priorities' },
  billing: { words: ['on-demand', 'reserved'], kind: 'ways of paying' },
};

function takesAny(value: string, { words, lowerCase }: Known, { policy }: Subject): boolean {
  return membersOf(value, policy.groups).some((member) => words.some((word) => takes(member, word, lowerCase)));
}

function wordSense(value: string, path: Path, known: Known): Sense {
  const body = value.replace(/^!/, '');
  const effect = value.startsWith('!') ? `"${value}" takes nothing out` : `"${value}" matches nothing`;
  const says = `${effect}: it is none of the ${known.kind}${isPlain(body) ? '' : ' or covers none'}.`;
  return { code: 'matches-nothing', path, says, try: didYouMean(body, known.words) };
}

/** One finding for each value of a key that takes in none of the words there are. */
function unknownValues(values: readonly string[] | undefined, path: Path, known: Known, subject: Subject) {
  return (values ?? []).flatMap((value, index) =>
    takesAny(value, known, subject) ? [] : [wordSense(value, [...path, index], known)],
  );
}

/** The ids of all places where the engines of a block are looked at; undefined where projects are found by themselves. */
function projectsOf({ policy }: Subject, engines: readonly string[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const target of policy.targets) {
    if (!engines.includes(target.engine)) continue;
    if (target.engine === 'yandex-data-proc') names.push(target.folder);
    else if (target.engine !== 'bigquery') names.push(target.project);
    else if (target.projects === undefined) return undefined;
    else names.push(...target.projects);
  }
  return names;
}

function projectSenses(block: Pick<MatchFields, 'engine' | 'project'>, path: Path, subject: Subject): Sense[] {
  const words = projectsOf(subject, enginesOf(subject, block.engine));
  const all = (block.project ?? []).every((value) => covers(value, '*'));
  if (words === undefined || words.length === 0 || all) return [];
  return unknownValues(block.project, [...path, 'project'], { words, kind: 'projects of the targets' }, subject);
}

function engineSenses(engine: readonly string[] | undefined, path: Path, subject: Subject): Sense[] {
  const words = enginesOf(subject, undefined);
  return unknownValues(engine, [...path, 'engine'], { words, kind: 'engines of the targets' }, subject);
}

function jobSenses(block: MatchFields, path: Path, subject: Subject): Sense[] {
  const tables = isBigQueryOnly(subject, block.engine) ? { ...ofBigQuery, ...ofAll } : ofAll;
  const keys: Readonly<Record<string, unknown>> = block;
  return Object.entries(tables).flatMap(([key, known]) => {
    const values = keys[key];
    return Array.isArray(values) ? unknownValues(values, [...path, key], known, subject) : [];
  });
}

/** Values that no engine, target, rule or event has, so that nothing is matched or taken out by them. */
export const knownWords: Check = (subject) => {
  const rules = { words: subject.policy.rules.map(({ name }) => name), kind: 'rules' };
  const events = { words: subject.events ?? [], kind: 'events' };
  const aboutJobs = jobBlocks(subject).flatMap(({ block, path }) => [
    ...engineSenses(block.engine, path, subject),
    ...projectSenses(block, path, subject),
    ...jobSenses(block, path, subject),
  ]);
  const aboutNotices = noticeBlocks(subject).flatMap(({ block, path }) => [
    ...engineSenses(block.engine, path, subject),
    ...projectSenses(block, path, subject),
    ...unknownValues(block.rule, [...path, 'rule'], rules, subject),
    ...(subject.events === undefined ? [] : unknownValues(block.event, [...path, 'event'], events, subject)),
  ]);
  return [...aboutJobs, ...aboutNotices];
};
