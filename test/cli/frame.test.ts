import { describe, expect, it } from 'vitest';
import { registry } from '../../functions/cli/registry.ts';
import { terminalOf } from '../../functions/cli/terminal.ts';
import { common } from '../../functions/cli/arguments.ts';
import { jobwarden } from './a-shell.ts';

const good = 'infra/local/policies/demo.yaml';
const bad = 'test/fixtures/lint/bad-below-cadence.yaml';

describe('the exit code', () => {
  const table: readonly [string, readonly string[], number][] = [
    ['is 0 when all is fine', ['check', good], 0],
    ['is 0 for help', ['--help'], 0],
    ['is 0 for the help of a command', ['check', '--help'], 0],
    ['is 0 for the version', ['--version'], 0],
    ['is 1 for an error', ['check', 'test/fixtures/policies/bad-no-rules.yaml'], 1],
    ['is 1 for a warning', ['check', bad], 1],
    ['is 0 for notes alone', ['check', 'test/fixtures/lint/bad-absence-satisfies.yaml'], 0],
    ['is 1 for notes with --strict', ['check', '--strict', 'test/fixtures/lint/bad-absence-satisfies.yaml'], 1],
    ['is 2 without a command', [], 2],
    ['is 2 for a command that does not exist', ['chek'], 2],
    ['is 2 for an option that does not exist', ['check', '--stric', good], 2],
    ['is 2 without a file', ['check'], 2],
    ['is 2 for a file that is not there, whatever the others are', ['check', good, 'missing.yaml', bad], 2],
  ];
  it.each(table)('%s', async (_, words, code) => {
    expect((await jobwarden(words)).code).toBe(code);
  });
});

describe('what cannot be run', () => {
  it.each([
    [['chek', 'x.yaml'], 'Did you mean check?'],
    [['check', '--formt=json', 'x.yaml'], 'Did you mean --format?'],
    [['check', '--format', 'jsno', 'x.yaml'], 'Did you mean json?'],
    [['check', '--format', 'xml', 'x.yaml'], 'Write one of text, json, github, markdown.'],
    [['check', 'x.yaml', '--format'], '--format needs a value.'],
    [['init', '--project', '--force'], '--project needs a value.'],
    [['check', '--strict=yes', 'x.yaml'], '--strict takes no value.'],
    [['check', '-x', 'x.yaml'], 'There is no option -x here.'],
  ])('%j is told: %s', async (words, says) => {
    const { code, out, err } = await jobwarden(words);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(out).toBe('');
  });

  it('names every wrong option at once', async () => {
    const { err } = await jobwarden(['check', '--one', '--two', '--strict=3']);
    expect(err.match(/^error: /gm)).toHaveLength(3);
  });

  it('is said on standard output where a program reads', async () => {
    const { out, err } = await jobwarden(['check', '--format', 'json', 'missing.yaml']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ status: 'cannot-run', problems: [{ code: 'file-unreadable' }] });
  });
});

describe('options of every command', () => {
  it('may stand before the command, with their value', async () => {
    const { out, code } = await jobwarden(['--format', 'json', 'check', good]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: 'fine' });
  });

  it('end with --, behind which everything is a file', async () => {
    const { err } = await jobwarden(['check', '--', '--strict']);
    expect(err).toContain('--strict cannot be read');
  });
});

describe('an error that a command throws', () => {
  const fail = (error: unknown): never => {
    throw error;
  };

  it('is one sentence with a cure, and no stack', async () => {
    const { err, code } = await jobwarden(['check', good], { outside: { now: () => fail(new Error('boom')) } });
    expect(code).toBe(2);
    expect(err).toBe(
      'error: boom [bug]\n     = This is a fault of jobwarden itself: please report it with what DEBUG=1 shows.\n',
    );
  });

  it('shows where it comes from with DEBUG', async () => {
    const scene = { outside: { now: () => fail(new Error('boom')) }, env: { DEBUG: '1' } };
    expect((await jobwarden(['check', good], scene)).err).toMatch(/ at .*frame\.test\.ts/);
  });

  it('is no fault of the program when an adapter says what failed', async () => {
    const now = () => fail(new Error('[bigquery] the service does not answer'));
    const { err } = await jobwarden(['check', good], { outside: { now } });
    expect(err).toContain('[failed]');
    expect(err).toContain('Try again');
  });
});

describe('colours', () => {
  it.each([
    ['on a terminal', {}, true, [], true],
    ['not in a pipe', {}, false, [], false],
    ['not with NO_COLOR', { NO_COLOR: '1' }, true, [], false],
    ['with an empty NO_COLOR', { NO_COLOR: '' }, true, [], true],
    ['not on a dumb terminal', { TERM: 'dumb' }, true, [], false],
    ['not with --no-color', {}, true, ['--no-color'], false],
  ] as const)('are used %s', async (_, env, isTTY, words, expected) => {
    const terminal = terminalOf(env, { isTTY }, { isTTY });
    const { out } = await jobwarden(['check', bad, ...words], { terminal, env });
    expect(out.includes('\u001B[')).toBe(expected);
    const { err } = await jobwarden(['chek', ...words], { terminal, env });
    expect(err.includes('\u001B[')).toBe(expected);
  });

  it('follow each stream on its own', () => {
    expect(terminalOf({}, { isTTY: true }, {})).toEqual({ outColors: true, errColors: false });
  });
});

describe('every command', () => {
  it.each(registry)('$name goes by the name it is registered under, and explains itself', async ({ name, load }) => {
    const command = await load();
    expect(command.name).toBe(name);
    expect(command.summary).toMatch(/^[a-z].{10,90}[^.]$/);
    expect(command.help).toContain(`Usage: jobwarden ${name}`);
    expect(command.help).toContain(`\n  jobwarden ${name}`);
    for (const option of Object.keys(command.options)) expect(command.help).toContain(`--${option}`);
    expect(Object.keys(command.options).filter((option) => Object.hasOwn(common, option))).toEqual([]);
    const { out } = await jobwarden([name, '--help']);
    expect(out).toContain('--format FORMAT');
    expect(out.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });

  it('is in the list that jobwarden --help prints', async () => {
    const { out } = await jobwarden(['--help']);
    for (const { name } of registry) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await jobwarden(['help'])).toEqual(await jobwarden(['--help']));
    expect(await jobwarden(['help', 'check'])).toEqual(await jobwarden(['check', '--help']));
  });
});
