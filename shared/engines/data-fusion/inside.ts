import type { CallBudget } from '../engine.ts';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { briefly, malformed } from '../http/failure.ts';
import { listIn, objectIn } from '../http/json.ts';
import { valueAt } from '../http/read.ts';
import { segment } from '../http/segment.ts';
import type { RunKind, RunName } from './id.ts';
import { programs } from './id.ts';
import { runIdIn } from './run-record.ts';

/** CDAP inside of one instance; `base` ends in `/v3`. */
export interface Inside {
  readonly request: HttpClient;
  readonly base: string;
  readonly instance: string;
}

/** A pipeline in a namespace. */
type Pipeline = Pick<RunName, 'kind' | 'namespace' | 'pipeline'>;

/** The states in which a run can be stopped. CDAP takes one at a time, and refuses a word that it does not know. */
const active = ['pending', 'starting', 'running', 'suspended', 'resuming', 'stopping'] as const;

/** So many runs of a pipeline in one state are seen; there is no next page (CDAP's own default is 100). */
const mostRuns = 1000;

const e = (part: string, says: string) => segment('data-fusion', part, { says });
const takes = 'the permissions datafusion.pipelines.list and datafusion.pipelines.get in that instance';

/** The names of the namespaces (`GET /v3/namespaces`). */
export async function namespacesIn(inside: Inside, budget: CallBudget): Promise<readonly string[]> {
  const says = `namespaces of instance ${briefly(inside.instance)}`;
  return namesIn({ method: 'GET', url: `${inside.base}/namespaces`, says, takes }, inside, budget);
}

/** The pipelines of one kind in a namespace (`GET …/apps?artifactName=`). */
export async function pipelinesIn(
  inside: Inside,
  { kind, namespace }: { readonly kind: RunKind; readonly namespace: string },
  budget: CallBudget,
): Promise<readonly Pipeline[]> {
  const says = `pipelines of namespace ${briefly(namespace)} in instance ${briefly(inside.instance)}`;
  const query = `artifactName=${programs[kind].artifact}`;
  const url = `${inside.base}/namespaces/${e(namespace, says)}/apps?${query}`;
  const names = await namesIn({ method: 'GET', url, says, takes }, inside, budget);
  return [...new Set(names)].map((pipeline) => ({ kind, namespace, pipeline }));
}

async function namesIn(call: HttpCall, inside: Inside, budget: CallBudget): Promise<readonly string[]> {
  const records = listIn('data-fusion', (await inside.request(call, budget)).body, call);
  return records.map((record) => {
    const name = valueAt(record, 'name');
    if (typeof name === 'string' && name !== '') return name;
    throw malformed('data-fusion', call, 'an entry of the list has no name');
  });
}

/** The records of a pipeline's runs that have not ended, oldest state first, so that one which moves on meanwhile is seen. */
export async function activeRuns(
  inside: Inside,
  pipeline: Pipeline,
  budget: CallBudget,
): Promise<readonly { readonly name: RunName; readonly record: unknown }[]> {
  const found = [];
  for (const status of active) {
    const says = `${status} runs of ${inWords(pipeline, inside)}`;
    const url = `${programUrl(inside, pipeline, says)}/runs?status=${status}&limit=${mostRuns}`;
    const call = { method: 'GET', url, says, takes } as const;
    for (const record of listIn('data-fusion', (await inside.request(call, budget)).body, call)) {
      const run = runIdIn(record);
      if (run === undefined) throw malformed('data-fusion', call, 'a run has no run id');
      found.push({ name: { ...pipeline, instance: inside.instance, run }, record });
    }
  }
  return found;
}

/** The record of one run; throws `not-found` where there is none. */
export async function runAt(inside: Inside, name: RunName, budget: CallBudget): Promise<unknown> {
  const says = `run ${briefly(name.run)} of ${inWords(name, inside)}`;
  const call = { method: 'GET', url: runUrl(inside, name, says), says, takes } as const;
  const record = objectIn('data-fusion', (await inside.request(call, budget)).body, call);
  if (runIdIn(record) === name.run) return record;
  throw malformed('data-fusion', call, 'the answer is about another run');
}

/** Asks for one run to be stopped. The stop of the whole program, which would end other runs too, is never called. */
export async function stopRunAt(inside: Inside, name: RunName, budget: CallBudget): Promise<void> {
  const says = `stop of run ${briefly(name.run)} of ${inWords(name, inside)}`;
  const url = `${runUrl(inside, name, says)}/stop`;
  const needs = 'the permission datafusion.pipelines.execute in that instance';
  await inside.request({ method: 'POST', url, says, takes: needs }, budget);
}

function programUrl(inside: Inside, { kind, namespace, pipeline }: Pipeline, says: string): string {
  return `${inside.base}/namespaces/${e(namespace, says)}/apps/${e(pipeline, says)}/${programs[kind].path}`;
}

function runUrl(inside: Inside, name: RunName, says: string): string {
  return `${programUrl(inside, name, says)}/runs/${e(name.run, says)}`;
}

function inWords({ namespace, pipeline }: Pipeline, { instance }: Inside): string {
  return `${briefly(pipeline)} in namespace ${briefly(namespace)} of instance ${briefly(instance)}`;
}
