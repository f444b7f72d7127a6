import { jobwarden, type Scene } from './a-shell.ts';

/** One command of a transcript with all that followed it. */
interface Step {
  readonly command: string;
  readonly output: string;
}

/** A transcript: lines before the first command are remarks. A command is a line that begins with `$ `. */
export interface Transcript {
  readonly remarks: string;
  readonly steps: readonly Step[];
}

/** Takes a transcript apart. */
export function parseTranscript(text: string): Transcript {
  const [remarks = '', ...rest] = text.split(/^\$ /m);
  const steps = rest.map((part) => {
    const end = part.indexOf('\n');
    return { command: part.slice(0, end), output: part.slice(end + 1) };
  });
  return { remarks, steps };
}

/** Puts a transcript together. */
export function transcriptText({ remarks, steps }: Transcript): string {
  return remarks + steps.map(({ command, output }) => `$ ${command}\n${output}`).join('');
}

/** Words of a command line; double quotes keep blanks together, and nothing else means anything. */
function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

interface Stage {
  readonly text: string;
  readonly shown: string;
  readonly code: number;
}

async function stage(line: string, scene: Scene): Promise<Stage> {
  const { stdin = '' } = scene;
  const [program, ...words] = wordsOf(line);
  if (program === 'head') {
    const text = stdin.split('\n').slice(0, Number(words[1])).join('\n');
    return { text: `${text}\n`, shown: `${text}\n`, code: 0 };
  }
  if (program !== 'jobwarden') throw new Error(`a transcript can run jobwarden and head -n N, not ${program}`);
  const { out, err, code } = await jobwarden(words, scene);
  return { text: out, shown: out + err, code };
}

/**
 * Runs a transcript again from its commands, in a scene where it needs one. Files that a command writes are there for
 * those after it, and nowhere else.
 */
export async function replay({ remarks, steps }: Transcript, scene: Scene = {}): Promise<Transcript> {
  const files = scene.files ?? new Map<string, string>();
  const again: Step[] = [];
  for (const { command } of steps) {
    let last: Stage = { text: '', shown: '', code: 0 };
    for (const line of command.split(' | ')) last = await stage(line, { ...scene, stdin: last.text, files });
    again.push({ command, output: `${last.shown}[exit ${last.code}]\n\n` });
  }
  return { remarks, steps: again };
}
