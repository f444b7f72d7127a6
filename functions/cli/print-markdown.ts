import type { Problem } from '../../shared/jobs/problem.ts';
import type { Report } from './command.ts';
import { harmless, paint } from './paint.ts';

/** Signs that Markdown acts on, and those that begin a mention or a tag on GitHub. */
const signs = /[\\`*_[\]<>|#~@!]/g;

/** Text that stands in Markdown as what it is; on one line. */
export function inMarkdown(text: string): string {
  return harmless(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(signs, (sign) => `&#${sign.charCodeAt(0)};`);
}

function problemLine({ severity, file, line, code, says, try: cure }: Problem): string {
  const place = file === undefined ? '' : `${inMarkdown(file)}${line === undefined ? '' : `:${line}`}: `;
  return `- **${severity}** ${place}${inMarkdown(says)} ${inMarkdown(cure)} (${inMarkdown(code)})`;
}

/** A fence that nothing in the text ends. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A report as Markdown, to its last line break: its problems, and its own Markdown or its text in a block. */
export function markdown({ problems, text, markdown: own }: Report): string {
  const body = own ?? (text.length === 0 ? '' : fenced(text.map((line) => paint(line, false)).join('\n')));
  return `${[problems.map(problemLine).join('\n'), body].filter((part) => part !== '').join('\n\n')}\n`;
}
