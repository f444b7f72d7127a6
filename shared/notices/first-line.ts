import { oneLine } from './text.ts';

const maxLength = 80;

// Tools put comments in front of what a person wrote (dbt a JSON one): they would say nothing to its author.
function withoutComments(sql: string): string {
  let rest = sql.trimStart();
  for (;;) {
    if (rest.startsWith('/*')) {
      const end = rest.indexOf('*/', 2);
      rest = end < 0 ? '' : rest.slice(end + 2).trimStart();
    } else if (rest.startsWith('--') || rest.startsWith('#')) {
      const end = rest.indexOf('\n');
      rest = end < 0 ? '' : rest.slice(end + 1).trimStart();
    } else {
      return rest;
    }
  }
}

/** The first line of a statement that is not a comment, at most 80 characters; undefined when there is none. */
export function firstLineOf(sql: string): string | undefined {
  const [line = ''] = withoutComments(sql).split(/[\r\n]/, 1);
  return line.trim() === '' ? undefined : oneLine(line, maxLength);
}
