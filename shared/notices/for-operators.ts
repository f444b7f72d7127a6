import type { Verdict } from '../jobs/verdict.ts';
import { oneLine } from './text.ts';

const daysOfAnExemption = 14;
const dayMs = 86_400_000;

/** The rules that applied as well and lost, each with the reason, as sentences. */
export function lostWords({ action, superseded }: Verdict): readonly string[] {
  return superseded.slice(0, 5).map((loser) => {
    const why = loser.action === action ? 'the earlier rule wins' : `${action} is more severe`;
    const what = `${oneLine(loser.rule, 60)} (${loser.action}) applied too`;
    return oneLine(`${what}: it ${oneLine(loser.because, 180)}; but ${why}.`, 300);
  });
}

// YAML in double quotes: what JSON makes of a text is the same text in YAML 1.2.
const quoted = (text: string) => JSON.stringify(oneLine(text, 200));

/** Lines for the policy that keep this principal's jobs from being cancelled by this rule; empty for an unknown principal. */
export function snippetFor({ rule, action, job: { principal } }: Verdict, today: string): readonly string[] {
  if (principal === undefined || action !== 'cancel') return [];
  const expires = new Date(Date.parse(`${today}T00:00:00Z`) + daysOfAnExemption * dayMs).toISOString().slice(0, 10);
  return [
    'exemptions:',
    `  - match: { principal: ${quoted(principal)} }`,
    `    rules: [${quoted(rule)}]`,
    '    reason: "say why"',
    '    approvedBy: "say who"',
    `    expires: ${expires}`,
  ];
}
