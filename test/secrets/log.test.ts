import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { logLine, type LogEntry } from '../../functions/log.ts';
import { notify } from '../../functions/notify/notify.ts';
import { ChannelError } from '../../shared/notices/channel.ts';
import { aJob, hours, nowMs, type WrittenPolicy } from '../make.ts';
import { aNotice } from '../notices/make.ts';
import { ports, scriptedChannel } from '../notify/make.ts';
import { aWorld } from '../watch/a-world.ts';
import { denied, endsAfter, engineError, ignored, type MemoryJob } from '../watch/memory-engine.ts';
import { linesHeard, listenToOutput, logInto, takeLeaks } from './listen.ts';
import { secretsIn } from './secrets.ts';

// Synthetic: all of this is made up. Each secret can be told from everything else that a test writes.
const planted = {
  statement: 'SELECT planted-statement-7f3a FROM people',
  person: 'planted.person@example.org',
  owner: 'planted.owner@example.org',
  token: 'xoxb-planted-token-7f3a',
  signed: `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`,
  webhook: 'https://hooks.slack.com/services/T000/B000/planted-webhook-7f3a',
  heartbeat: 'https://example.com/ping?key=planted-heartbeat-7f3a',
};
const everything = Object.values(planted).join(' and ');

const job = aJob({
  runTimeMs: hours(1),
  principal: planted.person,
  queryText: planted.statement,
  labels: { owner: planted.owner },
});

const situations: readonly (readonly [string, WrittenPolicy, Omit<MemoryJob, 'job'>])[] = [
  ['cancelled', {}, {}],
  ['protected', { protect: { principals: [planted.person] } }, {}],
  ['observed', { mode: 'observe' }, {}],
  ['unconfirmed', {}, { onCancel: ignored }],
  ['forbidden', {}, { onCancel: denied }],
  ['failed by its statement', {}, { onCancel: endsAfter(0, { how: 'failed', reason: 'x', message: everything }) }],
  ['not to be looked at', {}, { look: [{}, engineError('503')] }],
];

describe('no line of a sweep gives anything away', () => {
  test.each(situations)('of a job that is %s', async (_, policy, how) => {
    const world = aWorld({ policy, jobs: [{ job, ...how }] });
    await world.sweep();
    await world.sweepAgain();
    expect(world.log.length).toBeGreaterThan(1);
    expect(takeLeaks()).toEqual([]);
    const written = world.log.map((line) => logLine(line, nowMs)).join('\n');
    for (const secret of Object.values(planted)) expect(written).not.toContain(secret);
  });
});

describe('no line of a delivery gives anything away', () => {
  const notice = aNotice({ job });
  test.each(['transient', 'target', 'credential', 'crash'] as const)('that fails: %s', async (failure) => {
    const given = ports({ channel: scriptedChannel(() => failure) });
    await notify(notice, given);
    expect(takeLeaks()).toEqual([]);
    expect(given.logged.map((line) => logLine(line, nowMs)).join('\n')).not.toMatch(/planted/);
  });

  test('even where a channel quotes everything in its error', async () => {
    const channel = {
      name: 'slack',
      send: async () => {
        throw new ChannelError(`[slack] ${everything}`, { kind: 'transient', cause: new Error(everything) });
      },
    };
    const given = ports({ channel });
    await notify(notice, given);
    const written = given.logged.map((line) => logLine(line, nowMs)).join('\n');
    for (const [name, secret] of Object.entries(planted)) {
      // A statement cannot be told from other text; channels are never given one alone.
      if (name !== 'statement') expect(written).not.toContain(secret);
    }
    expect(takeLeaks().length).toBeGreaterThan(0);
  });
});

describe('a line', () => {
  test.each(Object.entries(planted).filter(([name]) => name !== 'statement'))(
    'has no %s in it, wherever an entry has one',
    (_, secret) => {
      const error = new Error(`inside: ${secret}`, { cause: new Error(secret) });
      const entry: LogEntry = { severity: 'ERROR', message: `said ${secret}.`, error, deep: [{ list: [secret] }] };
      expect(logLine(entry, nowMs)).not.toContain(secret);
    },
  );

  test('never has the text of a query in a field of its own', () => {
    const line = logLine({ severity: 'INFO', message: 'm', job }, nowMs);
    expect(line).toContain('"queryText":"(hidden)"');
    expect(secretsIn(line)).toEqual([]);
  });

  test('keeps what is no secret', () => {
    const message =
      'bigquery:analytics-prod:EU.job-1 in node_modules/@google-cloud/pubsub: has run for 31 min (rule a)';
    expect(JSON.parse(logLine({ severity: 'INFO', message }, nowMs))).toMatchObject({ message });
  });
});

describe('the guard of the whole suite', () => {
  const leaking = JSON.stringify({ severity: 'INFO', message: `told ${planted.person}` });
  const found = [{ secret: `a mail address or a principal: ${planted.person}`, line: leaking }];

  test('finds each kind of secret', () => {
    for (const secret of Object.values(planted)) expect(secretsIn(`"x ${secret} y"`)).not.toEqual([]);
    expect(secretsIn('{"severity":"INFO","message":"bigquery:p:EU.job-1 has run for 1 h"}')).toEqual([]);
  });

  test('hears a log in memory, and says in which test', () => {
    logInto([])({ severity: 'INFO', message: `told ${planted.person}` });
    expect(takeLeaks()).toMatchObject([{ ...found[0], test: expect.stringContaining('hears a log in memory') }]);
  });

  test('hears what another process logs, piece by piece, and takes nothing from who reads it', async () => {
    listenToOutput();
    const code = `process.stdout.write(${JSON.stringify(leaking.slice(0, 30))});
      setTimeout(() => process.stdout.write(${JSON.stringify(`${leaking.slice(30)}\n`)}), 50);`;
    const before = linesHeard();
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', code]);
    expect(stdout).toBe(`${leaking}\n`);
    expect(linesHeard()).toBeGreaterThan(before);
    expect(takeLeaks()[0]).toMatchObject(found[0] ?? {});
  });
});
