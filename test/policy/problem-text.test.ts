import { describe, expect, it } from 'vitest';
import type { Problem } from '../../shared/jobs/problem.ts';
import { printProblem } from '../../shared/policy/problem-text.ts';
import { load, small } from './read.ts';

const first = (text: string): Problem => {
  const [problem] = load(text).problems ?? [];
  if (problem === undefined) throw new Error('the policy is good');
  return problem;
};

describe('printProblem', () => {
  it('shows the line, marks the text, and says what to write instead', () => {
    const text = small('    mode: enforced');
    expect(printProblem(first(text), text)).toBe(
      [
        'policy.yaml:8:11 error unknown-value: enforced is not a word that this key takes.',
        '    8 |     mode: enforced',
        '      |           ^^^^^^^^',
        '  at rules[0].mode: Did you mean enforce?',
      ].join('\n'),
    );
  });

  it('does without the line where the text is not at hand', () => {
    expect(printProblem(first(small('    mode: enforced'))).split('\n')).toHaveLength(2);
  });

  it('keeps the mark below the text behind tabs and in lines with Windows ends', () => {
    const text = small('\tmode: enforced').replaceAll('\n', '\r\n');
    const [, line, mark] = printProblem({ ...first(small('    mode: enforced')), column: 8 }, text).split('\n');
    expect(line).toBe('    8 | \tmode: enforced');
    expect(mark).toBe('      | \t      ^^^^^^^^');
  });

  it('cuts a long line around the mark', () => {
    const text = small(`    description: ${'a'.repeat(300)}\u200B${'b'.repeat(300)}`);
    const [, line = '', mark = ''] = printProblem(first(text), text).split('\n');
    expect(line.length).toBeLessThan(140);
    expect(line[mark.indexOf('^')]).toBe('\u200B');
  });

  it('never shows a secret, not even in a line that is wrong for another reason', () => {
    const text = small('channels: { slack: { token: xoxb-0000-synthetic } }');
    for (const problem of load(text).problems ?? []) expect(printProblem(problem, text)).not.toContain('synthetic');
    const hook = small('channels: { slackWebhook: { url: "https://hooks.slack.com/services/T0/B0/synthetic" } }');
    for (const problem of load(hook).problems ?? []) expect(printProblem(problem, hook)).not.toContain('synthetic');
  });

  it('says a problem without a place', () => {
    const problem: Problem = {
      code: 'policy-unreadable',
      severity: 'error',
      where: 'policy',
      says: 'It is not there.',
      try: 'Put it back.',
    };
    expect(printProblem(problem, 'text')).toBe('error policy-unreadable: It is not there.\n  at policy: Put it back.');
  });
});
