import type { Problem } from '../../shared/jobs/problem.ts';
import type { Line } from './command.ts';
import { harmless, paint } from './paint.ts';

const commands: Readonly<Record<Problem['severity'], string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** What the runner of GitHub Actions reads in the message of a workflow command (its toolkit's source). */
const inMessage = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const inProperty = (text: string) => inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** One problem as an annotation of GitHub Actions. Text from standard input has no file to stand at. */
export function annotation({ severity, file, line, column, text, code, says, try: cure }: Problem): string {
  const isFile = file !== undefined && file !== '-';
  const places = {
    file,
    line,
    col: column,
    endColumn: column === undefined ? undefined : column + (text?.length ?? 0),
  };
  const properties = Object.entries({ ...(isFile ? places : {}), title: code })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${inProperty(harmless(String(value)))}`);
  return `::${commands[severity]} ${properties.join(',')}::${inMessage(`${harmless(says)} ${harmless(cure)}`)}`;
}

/** A line of text that the runner takes for text, whatever stands in it: both forms of its commands are broken up. */
export function logLine(line: Line): string {
  return paint(line, false)
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}
