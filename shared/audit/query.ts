import type { Job } from '../jobs/job.ts';
import { sha256 } from './text.ts';

/** Parts of a GoogleSQL statement. Each takes at least one character, also without its end: linear in the length. */
const parts = [
  /--[^\n]*|#[^\n]*|\/\*[^]*?(?:\*\/|$)/, // comments
  /`[^`\n]*`?/, // quoted names
  /(?:\b[rRbB]{1,2}(?=['"]))?(?:'''[^]*?(?:'''|$)|"""[^]*?(?:"""|$))/,
  /(?:\b[rRbB]{1,2}(?=['"]))?(?:'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?)/,
  /\b0[xX][0-9a-fA-F]+\b|\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/,
  /\s+/,
];
const token = new RegExp(parts.map((part) => part.source).join('|'), 'g');

/**
 * The statement without what differs from run to run: comments dropped, literals as `?`, every run of white space as
 * one blank. Names, also quoted ones, stay as they are.
 */
export function normaliseSql(statement: string): string {
  const marked = statement.replaceAll(token, (text) => {
    if (text.startsWith('`')) return text;
    return /^[-#/\s]/.test(text) ? ' ' : '?';
  });
  return marked.replaceAll(/ {2,}/g, ' ').trim();
}

/** SHA-256 in hex of the normalised statement; undefined while the statement was not fetched. */
export function queryHash(job: Job): string | undefined {
  return job.queryText === undefined ? undefined : sha256(normaliseSql(job.queryText));
}
