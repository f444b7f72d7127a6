import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { notify } from '../../functions/notify/notify.ts';
import { logLine, type LogEntry } from '../../functions/log.ts';
import { aJob, aPolicy, hours, nowMs } from '../make.ts';
import { aNotice } from '../notices/make.ts';
import { ports, scriptedChannel } from '../notify/make.ts';
import { aWorld, inForce, whoIsTold, type Given } from '../watch/a-world.ts';
import { denied, engineError, ignored } from '../watch/memory-engine.ts';
import { readLogFilter } from './log-filter.ts';
import { moduleFolder, readTerraform } from './terraform/read.ts';

const { files } = await readTerraform();
const locals: Readonly<Record<string, unknown>> = Object.assign(
  {},
  ...Object.values(files).flatMap((file) => file.locals),
);

/** A template with its references put in, as Terraform would. */
function filled(template: string): string {
  return template
    .replaceAll(/\$\{local\.(\w+)\}/g, (_, name: string) => filled(String(locals[name])))
    .replaceAll('${var.name}', 'jobwarden');
}

const metrics = z
  .record(z.string(), z.object({ description: z.string(), filter: z.string() }))
  .parse(locals['log_metrics']);
const alerts = z.record(z.string(), z.object({ title: z.string() })).parse(locals['log_alerts']);
const names = Object.keys(metrics);
const filters = Object.entries(metrics).map(([name, { filter }]) => [name, readLogFilter(filled(filter))] as const);

/** A line of a function as Cloud Logging keeps it. */
function entryOf(service: 'watch' | 'notify', line: LogEntry) {
  const { severity, message, ...fields }: LogEntry = JSON.parse(logLine(line, nowMs));
  const resource = { type: 'cloud_run_revision', labels: { service_name: `jobwarden-${service}` } };
  return { severity, resource, jsonPayload: { ...fields, message } };
}

const counted = (service: 'watch' | 'notify', lines: readonly LogEntry[]) =>
  filters.filter(([, holds]) => lines.some((line) => holds(entryOf(service, line)))).map(([name]) => name);

const runaway = aJob({ runTimeMs: hours(1) });

async function sweepsOf(given: Given, prepare: (world: ReturnType<typeof aWorld>) => void = () => {}) {
  const world = aWorld(given);
  prepare(world);
  await world.sweep();
  return counted('watch', world.log);
}

describe('the metrics', () => {
  test('of a sweep with nothing to do count that it took place', async () => {
    expect(await sweepsOf({})).toEqual(['sweeps']);
  });

  test('of a sweep that cancels count the cancel', async () => {
    expect(await sweepsOf({ jobs: [runaway] })).toEqual(['cancels', 'sweeps']);
  });

  const many = Array.from({ length: 3 }, (_, index) => aJob({ id: `job-${index}`, runTimeMs: hours(1) }));
  const lost = inForce(aPolicy(whoIsTold), { standing: 'last-good', rejectedSha256: 'b2'.repeat(32) });
  const failing: Given['engines'] = async () => ({ sources: {}, cancellers: {} });
  test.each<readonly [string, Given, readonly string[], (world: ReturnType<typeof aWorld>) => void]>([
    ['sweeps_failed', { engines: failing }, ['sweeps'], () => {}],
    ['breaker_open', { jobs: many, policy: { breaker: { maxCancels: 2, minJobs: 1 } } }, ['sweeps'], () => {}],
    ['policy_rejected', { states: [lost] }, ['sweeps'], () => {}],
    [
      'outbox_waiting',
      { jobs: [runaway] },
      ['sweeps', 'cancels'],
      ({ trail }) => {
        trail.down = true;
      },
    ],
    ['cancels_unconfirmed', { jobs: [{ job: runaway, onCancel: ignored }] }, ['sweeps'], () => {}],
    ['cancels_failed', { jobs: [{ job: runaway, onCancel: denied }] }, ['sweeps'], () => {}],
    [
      'cancels_failed',
      { jobs: [{ job: runaway, onCancel: { how: 'throws', error: engineError('503') } }] },
      ['sweeps'],
      () => {},
    ],
  ])('count %s when its fault is there, and nothing else', async (name, given, besides, prepare) => {
    const found = await sweepsOf(given, prepare);
    expect(new Set(found)).toEqual(new Set([...besides, name]));
  });

  test('count a notice that reaches nobody', async () => {
    const nobody = ports({ channel: scriptedChannel(() => 'target') });
    await notify(aNotice(), nobody);
    expect(counted('notify', nobody.logged)).toEqual(['notices_undeliverable']);
    const somebody = ports();
    await notify(aNotice(), somebody);
    expect(counted('notify', somebody.logged)).toEqual([]);
  });

  test('do not count lines of another service', async () => {
    const world = aWorld({ jobs: [runaway] });
    await world.sweep();
    expect(counted('notify', world.log)).toEqual([]);
  });
});

test('each alert is about a metric, and its runbook has a heading', () => {
  const headings = readFileSync(`${moduleFolder}/RUNBOOKS.md`, 'utf8').matchAll(/^## (.+)$/gm);
  const anchors = new Set([...headings].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')));
  for (const name of Object.keys(alerts)) {
    expect(names).toContain(name);
    expect(anchors).toContain(name.replaceAll('_', '-'));
  }
  const linked = readFileSync(`${moduleFolder}/alerts.tf`, 'utf8').matchAll(/runbook_url\}#([a-z-]+)"/g);
  for (const [, anchor] of linked) expect(anchors).toContain(anchor);
});

test('a filter that is not understood is refused rather than passed over', () => {
  for (const bad of ['a=', 'a="b" c="d"', 'a=~"b"', '(a=b', 'a="b" AND'])
    expect(() => readLogFilter(bad)).toThrow('[filter]');
});
