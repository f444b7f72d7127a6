import type { Problem } from '../../shared/jobs/problem.ts';
import type { ProblemCode } from '../../shared/policy/codes.ts';
import { characterFindings } from '../../shared/policy/characters.ts';
import { linesOf, problemAt, type Path } from '../../shared/policy/lines.ts';
import { scanTokens, type Mark } from '../../shared/policy/scan.ts';
import { readYaml } from '../../shared/policy/yaml.ts';

/** What is wrong at a place of a file, in words. */
interface Wrong {
  readonly path: Path;
  readonly part?: 'key' | 'value';
  readonly code: string;
  readonly severity?: Problem['severity'];
  readonly says: string;
  readonly try: string;
}

/** What a YAML or JSON file holds, what is wrong with its text, and how to say where in it something else is wrong. */
export interface TextFile {
  readonly data: unknown;
  readonly problems: readonly Problem[];
  readonly problem: (wrong: Wrong) => Problem;
}

/** Places in a JSON file larger than this are not searched for: the problem names the path alone. */
const mostSearched = 2 * 1024 * 1024;
/** Text of queries and labels may look like anything; here nobody is asked to keep it out. */
const harmless: ReadonlySet<string> = new Set<ProblemCode>(['secret-in-policy']);

type Locate = ReturnType<typeof readYaml>['locate'];

function problemMaker(text: string, file: string, locate: (() => Locate) | undefined): TextFile['problem'] {
  const lines = linesOf(text, file);
  return ({ path, part = 'value', code, severity = 'error', says, try: cure }) => {
    // The code is replaced below: problemAt only takes those of policies.
    const finding = { path, part, severity, fault: { code: 'wrong-type' as const, says, try: cure } };
    const span = locate?.()(path, part);
    const { line, column, ...unplaced } = problemAt(lines, finding, span ?? { start: 0, end: 0 });
    return { ...unplaced, ...(span !== undefined && { line, column }), code };
  };
}

function jsonOf(text: string): { readonly data: unknown } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return { data: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function jsonFile(text: string, file: string, data: unknown): TextFile {
  let locate: Locate | undefined;
  const search = text.length > mostSearched ? undefined : () => (locate ??= readYaml(text).locate);
  return { data, problems: [], problem: problemMaker(text, file, search) };
}

function fromMarks(text: string, file: string, marks: readonly Mark[]): readonly Problem[] {
  const lines = linesOf(text, file);
  return marks
    .filter(({ finding }) => !harmless.has(finding.fault.code))
    .map(({ finding, span }) => problemAt(lines, finding, span));
}

function yamlFile(text: string, file: string): TextFile {
  const scan = scanTokens(text);
  const characters = fromMarks(text, file, characterFindings(text));
  const scanned = [...characters, ...fromMarks(text, file, scan.marks)];
  if (scan.stop) return { data: undefined, problems: scanned, problem: problemMaker(text, file, undefined) };
  const yaml = readYaml(text);
  const problems = [...scanned, ...fromMarks(text, file, yaml.marks)];
  return { data: yaml.broken ? undefined : yaml.data, problems, problem: problemMaker(text, file, () => yaml.locate) };
}

/** Reads the text of a YAML 1.2 or JSON file. Never throws; `data` is undefined where the text means nothing. */
export function readTextFile(text: string, file: string): TextFile {
  const json = jsonOf(text.replace(/^\uFEFF/, ''));
  return json === undefined ? yamlFile(text, file) : jsonFile(text, file, json.data);
}
