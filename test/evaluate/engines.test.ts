import { describe, expect, it } from 'vitest';
import { explain } from '../../shared/evaluate/explain.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { engineNames, isSameJob, type EngineName } from '../../shared/jobs/job.ts';
import { neverMeasures, neverTells } from '../../shared/jobs/capabilities.ts';
import { aJob, aRule, compiled, hours, nowMs, type JobFields, type WrittenRule } from '../make.ts';

// Synthetic: no such project, instance or pipeline exists.

/** A run as the Data Fusion adapter gives it: nobody says who ran it. */
const aRun = (fields: JobFields = {}) =>
  aJob({
    engine: 'data-fusion',
    target: 'data-fusion:ingest/eu',
    project: 'ingest',
    id: 'pipeline/etl/default/orders-daily/r1',
    principal: undefined,
    principalKind: undefined,
    jobType: 'pipeline',
    statementType: null,
    bytesProcessed: undefined,
    bytesEstimated: undefined,
    slotMs: undefined,
    details: { instance: 'etl', namespace: 'default', pipeline: 'orders-daily' },
    runTimeMs: hours(3),
    ...fields,
  });

const ownPrincipal = 'watch@ops.iam.gserviceaccount.com';
const verdictsOn = (job = aRun(), rule: WrittenRule = {}) => {
  const rules = [aRule({ match: { jobType: 'pipeline' }, limit: { runTime: '1h' }, ...rule })];
  return judge(compiled({ rules }, { ownPrincipal }), job, nowMs).map(({ action }) => action);
};

describe('a job of an engine that never tells who ran it', () => {
  it('is reached by a cancel rule all the same: the watchdog runs none there', () => {
    expect(verdictsOn()).toEqual(['cancel']);
  });

  it('is not reached while the kind of work is not named, nor when it is meant to go on for ever', () => {
    expect(verdictsOn(aRun(), { match: { engine: 'data-fusion' } })).toEqual([]);
    expect(verdictsOn(aRun({ continuous: true }))).toEqual([]);
  });

  it('is the same job by its reference and creation time, which have to be known', () => {
    const run = aRun();
    expect(isSameJob(run, aRun({ state: 'done' }))).toBe(true);
    expect(isSameJob(run, aRun({ createdAtMs: nowMs }))).toBe(false);
    expect(isSameJob(aRun({ createdAtMs: undefined }), aRun({ createdAtMs: undefined }))).toBe(false);
    expect(isSameJob(aJob({ principal: undefined }), aJob({ principal: undefined }))).toBe(false);
  });
});

describe('keys for the words of one engine', () => {
  it.each([
    [{ instance: 'etl', pipeline: 'orders-*', namespace: '!test' }, ['cancel']],
    [{ instance: 'etl', pipeline: 'customers-*' }, []],
    [{ instance: '!etl' }, []],
    [{ cluster: '!nightly' }, ['cancel']],
    [{ queue: 'nightly' }, []],
  ])('%j: %j', (match, actions) => {
    expect(verdictsOn(aRun(), { match: { jobType: 'pipeline', ...match } })).toEqual(actions);
  });

  it('are unknown, and never lead to a cancel, where the job does not say what it could have', () => {
    expect(verdictsOn(aRun({ details: {} }), { match: { jobType: 'pipeline', pipeline: '!customers' } })).toEqual([]);
  });

  it('are known to be missing in an engine that has no such words, so an exemption by them holds nothing back there', () => {
    const rules = [aRule({ limit: { runTime: '1h' } })];
    const exemption = {
      match: { pipeline: 'orders-*' },
      reason: 'close',
      approvedBy: 'cfo@example.com',
      expires: '2026-12-31',
    };
    const [verdict] = judge(compiled({ rules, exemptions: [exemption] }), aJob({ runTimeMs: hours(3) }), nowMs);
    expect(verdict).toMatchObject({ action: 'cancel' });
  });
});

describe('an explanation', () => {
  it('says which numbers and fields the engine never tells', () => {
    const match = { jobType: 'pipeline', principal: '*@example.com' };
    const rules = [aRule({ match, limit: { runTime: '1h', bytesProcessed: '1 TiB' } })];
    const said = JSON.stringify(explain(compiled({ rules }), aRun(), nowMs));
    expect(said).toContain('data-fusion never gives any bytes processed');
    expect(said).toContain('unknown: data-fusion never tells it');
  });

  it('says "not yet" of what the engine may still tell', () => {
    const rules = [aRule({ limit: { bytesProcessed: '1 TiB' } })];
    const said = JSON.stringify(explain(compiled({ rules }), aJob({ bytesProcessed: undefined }), nowMs));
    expect(said).toContain('the engine gives no bytes processed yet');
  });
});

describe('what engines never tell', () => {
  const told: Readonly<Record<EngineName, readonly [tells: string, hides: string]>> = {
    bigquery: ['principal', 'pipeline'],
    'data-fusion': ['pipeline', 'principal'],
    'yandex-data-proc': ['cluster', 'queue'],
    dli: ['queue', 'cluster'],
  };
  it.each(engineNames)('is written down for %s', (engine) => {
    const [tells, hides] = told[engine];
    expect([neverTells(engine, tells), neverTells(engine, hides)]).toEqual([false, true]);
    expect(neverMeasures({ engine }, 'runTime')).toBe(false);
    expect(neverMeasures({ engine }, 'costSoFar')).toBe(engine !== 'bigquery');
  });
});
