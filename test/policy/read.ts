import { readFileSync } from 'node:fs';
import { decodePolicy } from '../../shared/policy/characters.ts';
import { loadPolicy, type Loaded } from '../../shared/policy/load.ts';
import type { Policy } from '../../shared/policy/schema.ts';

/** The day of every test of policies: 30 November 2026. */
export const now = Date.parse('2026-11-30T00:00:00Z');

/** The text of a file of the repository, decoded as the product does. */
export function textOf(path: string): string {
  return decodePolicy(readFileSync(new URL(`../../${path}`, import.meta.url)));
}

/** Loads a policy's text on the day of the tests. */
export const load = (text: string): Loaded => loadPolicy(text, { file: 'policy.yaml', now });

/** Loads a policy that must be good. */
export function goodPolicy(text: string): Policy {
  const { policy, problems } = load(text);
  if (policy === undefined) throw new Error(`not a good policy: ${JSON.stringify(problems)}`);
  return policy;
}

/** A small policy with more lines at its end; the first rule's own keys can be added to by indenting. Synthetic. */
export function small(...lines: readonly string[]): string {
  return [
    'version: 1',
    'operators: { slack: "#data-cost" }',
    'targets: [{ engine: bigquery, projects: [analytics-prod] }]',
    'rules:',
    '  - name: long-queries',
    '    limit: { runTime: 30m }',
    '    action: warn',
    ...lines,
    '',
  ].join('\n');
}
