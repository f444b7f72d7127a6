import { describe, expect, it } from 'vitest';
import type { Report } from '../../functions/cli/command.ts';
import { print, type Format } from '../../functions/cli/print.ts';
import type { Problem } from '../../shared/jobs/problem.ts';

// Synthetic: no such policy exists.

const text = 'version: 1\n    limit: { runTime: 30 }\n\tgrace: 10 # a secret: xoxb-0000-synthetic-token\n';
const problem: Problem = {
  code: 'no-unit',
  severity: 'error',
  where: 'rules[0].limit.runTime',
  file: 'policy.yaml',
  line: 2,
  column: 23,
  text: '30',
  says: '30 has no unit; a time needs one.',
  try: 'Write 30s, 30m or 30h, whichever is meant.',
};

const report = (fields: Partial<Report> = {}): Report => ({
  status: 'findings',
  problems: [problem],
  text: [],
  data: {},
  ...fields,
});

const sources = new Map([['policy.yaml', text]]);
const shown = (one: Report, format: Format = 'text', colors = false) => print(one, { format, colors, sources });

describe('a problem as text', () => {
  it('names the place as editors make a link of it, marks the text, and ends with the cure', () => {
    expect(shown(report())).toBe(
      [
        'policy.yaml:2:23: error: 30 has no unit; a time needs one. [no-unit]',
        '   2 |     limit: { runTime: 30 }',
        '     |                       ^^',
        '     = Write 30s, 30m or 30h, whichever is meant.',
        '',
      ].join('\n'),
    );
  });

  it('marks the right place behind a tab, and repeats no secret of the line', () => {
    const lines = shown(report({ problems: [{ ...problem, line: 3, column: 9, text: '10' }] })).split('\n');
    expect(lines[1]).toBe(`   3 | \tgrace: 10 # a secret: ${'•'.repeat(25)}`);
    expect(lines[2]).toBe('     | \t       ^^');
  });

  it('cuts a long line around the mark', () => {
    const long = `${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
    const one = { ...problem, line: 1, column: 301, text: 'HERE' };
    const [, source = '', mark = ''] = print(report({ problems: [one] }), {
      format: 'text',
      colors: false,
      sources: new Map([['policy.yaml', long]]),
    }).split('\n');
    expect(source.length).toBeLessThan(140);
    expect(source.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('stays readable where there is no line, no file, or no text to show', () => {
    const { line: _, column: __, ...lineless } = problem;
    const { file: ___, ...nowhere } = lineless;
    expect(shown(report({ problems: [lineless] }))).toMatch(/^policy\.yaml: error: /);
    expect(shown(report({ problems: [nowhere] }))).toMatch(/^error: 30 has no unit/);
    expect(shown(report({ problems: [{ ...problem, file: 'other.yaml' }] })).split('\n')).toHaveLength(3);
    expect(shown(report({ problems: [{ ...problem, file: '-' }] }))).toMatch(/^<stdin>:2:23: /);
  });

  it('leaves a line between problems, and before the text that follows', () => {
    const all = shown(report({ problems: [problem, problem], text: ['2 errors'] })).split('\n');
    expect(all[4]).toBe('');
    expect(all.slice(-3)).toEqual(['', '2 errors', '']);
  });

  it('never hands control characters or direction marks to the terminal', () => {
    const sly = { ...problem, file: 'a\u001B[31m.yaml', says: 'title\u001B]0;x\u0007\r\u202Egnp', try: 'b\u0008' };
    const out = shown(report({ problems: [sly], text: ['job\u001B[2J', [{ text: 'x\u009B1m', as: 'bad' }]] }));
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/);
  });
});

describe('colours', () => {
  const lines = report({ problems: [], text: [['a ', { text: 'b', as: 'good' }, ' c'], 'plain'] });

  it('are put around what has a meaning, and end with it', () => {
    expect(shown(lines, 'text', true)).toBe('a \u001B[32mb\u001B[0m c\nplain\n');
    expect(shown(report(), 'text', true)).toContain('\u001B[31merror\u001B[0m');
  });

  it('are left out where they are not wanted, and in formats for machines', () => {
    expect(shown(lines)).toBe('a b c\nplain\n');
    for (const format of ['json', 'github'] as const) expect(shown(lines, format, true)).not.toContain('\u001B');
  });
});

describe('a report as JSON', () => {
  it('holds status, problems and the keys of its data, and ends with a line break', () => {
    const out = shown(report({ data: { files: ['a'], problems: [], status: 'x' } }), 'json');
    expect(JSON.parse(out)).toEqual({ status: 'findings', problems: [problem], files: ['a'] });
    expect(out.endsWith('}\n')).toBe(true);
  });

  it('holds data that is no object under data', () => {
    expect(JSON.parse(shown(report({ problems: [], data: [1] }), 'json'))).toEqual({
      status: 'findings',
      problems: [],
      data: [1],
    });
  });

  it('escapes what a terminal might act on', () => {
    const out = shown(report({ problems: [], data: { name: 'a\u009B\u202Eb\u001B' } }), 'json');
    expect(out).toContain(String.raw`a\u009b\u202eb\u001b`);
    expect(JSON.parse(out)).toMatchObject({ name: 'a\u009B\u202Eb\u001B' });
  });
});

describe('a problem as an annotation of GitHub', () => {
  it('stands at its place with its code for a title', () => {
    expect(shown(report(), 'github')).toBe(
      '::error file=policy.yaml,line=2,col=23,endColumn=25,title=no-unit::30 has no unit; a time needs one. ' +
        'Write 30s, 30m or 30h, whichever is meant.\n',
    );
  });

  it.each([
    ['warning', '::warning '],
    ['note', '::notice '],
  ] as const)('of severity %s is a %s', (severity, start) => {
    expect(shown(report({ problems: [{ ...problem, severity }] }), 'github')).toMatch(new RegExp(`^${start}`));
  });

  it('escapes what would end a property or the line', () => {
    const sly = { ...problem, file: 'a,b:c%d.yaml', says: '100%\r\n::set-env name=x::y', try: 'a,b:c' };
    const out = shown(report({ problems: [sly] }), 'github');
    expect(out).toContain('file=a%2Cb%3Ac%25d.yaml,');
    expect(out.split('\n')).toHaveLength(2);
    expect(out).toContain('100%25');
    expect(out).toContain('a,b:c');
  });

  it('names no file for standard input', () => {
    expect(shown(report({ problems: [{ ...problem, file: '-' }] }), 'github')).toMatch(/^::error title=no-unit::/);
  });

  it('lets no text pass for a command of the runner', () => {
    const lines = ['::add-mask::x', '  ::stop-commands::y', 'see ##[group]z', 'a :: b'];
    const out = shown(report({ problems: [], text: lines }), 'github').split('\n');
    expect(out.filter((line) => line.trim().startsWith('::') || line.includes('##['))).toEqual([]);
    expect(out).toContain('a :: b');
  });
});
