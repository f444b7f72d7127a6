import { BYTES_PATTERN, DURATION_PATTERN, parseBytes, parseDurationMs } from './amounts.ts';
import type { JobSpec } from './spec.ts';

const COMMENTS = /--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//g;

const STATEMENTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:declare|begin|if|while|loop|for|repeat|execute)\b/i, 'SCRIPT'],
  [/^(?:select|with|from|\()/i, 'SELECT'],
  [/^(insert|update|delete|merge|call|assert)\b/i, '$1'],
  [/^truncate\b/i, 'TRUNCATE_TABLE'],
  [/^export\s+(data|model)\b/i, 'EXPORT_$1'],
  [/^load\s+data\b/i, 'LOAD_DATA'],
  [/^create\s.*?\btable\b(?!\s+function).*?\bas\s*\(?\s*(?:select|with)\b/is, 'CREATE_TABLE_AS_SELECT'],
  [
    /^(create)\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?(materialized\s+view|table\s+function|external\s+table|\w+)/i,
    '$1_$2',
  ],
  [/^(drop|alter)\s+(materialized\s+view|table\s+function|external\s+table|\w+)/i, '$1_$2'],
];

/** The SQL without its comments, trimmed. */
function bare(sql: string): string {
  return sql.replace(COMMENTS, ' ').trim();
}

function fillIn(name: string, match: RegExpExecArray): string {
  const filled = name.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  return filled.toUpperCase().replace(/\s+/g, '_');
}

/** The statement type that the API would name, guessed from the first words; undefined when they say nothing. */
export function guessStatementType(sql: string): string | undefined {
  const text = bare(sql);
  if (/;\s*\S/.test(text)) return 'SCRIPT';
  for (const [pattern, name] of STATEMENTS) {
    const match = pattern.exec(text);
    if (match) return fillIn(name, match);
  }
  return undefined;
}

/** The tables that the SQL names after FROM and JOIN, each as [project, dataset, table]. */
export function tablesIn(sql: string, project: string): readonly (readonly [string, string, string])[] {
  const found = bare(sql).matchAll(/\b(?:from|join)\s+`?([\w-]+(?:\.[\w$-]+){1,2})`?/gi);
  const names = new Set(Array.from(found, ([, name = '']) => name));
  return [...names].map((name) => {
    const [table = '', dataset = '', owner = project] = name.split('.').reverse();
    return [owner, dataset, table] as const;
  });
}

function found(text: string, pattern: string): string | undefined {
  return new RegExp(String.raw`\b${pattern}`).exec(text)?.[1];
}

function amount<T>(text: string | undefined, parse: (text: string) => T | undefined): T | undefined {
  return text === undefined ? undefined : parse(text);
}

/**
 * What a client asks of a job in a comment of its SQL: `runs 5s`, `pending 10s`, `estimates 3 TB`, `scans 2 GB` (a
 * second), `slots 200`, `ignores cancel`, `finishes first`, `fails`. Anything else in the text has no meaning here.
 */
export function hintsIn(sql: string): Partial<JobSpec> {
  const comments = (sql.match(COMMENTS) ?? []).join('\n');
  const slots = found(comments, String.raw`slots (\d+)`);
  return {
    runsForMs: amount(found(comments, `runs (${DURATION_PATTERN})`), parseDurationMs),
    pendingForMs: amount(found(comments, `pending (${DURATION_PATTERN})`), parseDurationMs),
    estimatedBytes: amount(found(comments, `estimates (${BYTES_PATTERN})`), parseBytes),
    bytesPerSecond: amount(found(comments, `scans (${BYTES_PATTERN})`), parseBytes),
    ...(slots === undefined ? {} : { slots: Number(slots) }),
    ...(/\bignores cancel\b/.test(comments) ? { onCancel: 'ignored' as const } : {}),
    ...(/\bfinishes first\b/.test(comments) ? { onCancel: 'finishesFirst' as const } : {}),
    ...(/\bfails\b/.test(comments) ? { ends: { reason: 'invalidQuery', message: 'Division by zero: 1 / 0' } } : {}),
  };
}
