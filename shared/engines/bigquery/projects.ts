import type { Below, CallBudget } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { valueAt } from '../http/read.ts';
import { belowCall } from './calls.ts';
import type { Client } from './client.ts';

/** What lies directly below one parent, and when that was asked. */
interface Level {
  readonly askedAtMs: number;
  readonly projects: readonly string[];
  readonly folders: readonly string[];
}

type Answered = { readonly level?: Level; readonly why?: string };

const maxAgeMs = 600_000;
/** More parents than an organization has folders; the oldest is forgotten. */
const mostLevels = 5000;
const mostPages = 1000;

/** The names of the active ones of one kind directly below a parent. */
async function below(request: Client, what: 'projects' | 'folders', parent: string, budget: CallBudget) {
  const name = what === 'projects' ? 'projectId' : 'name';
  const names: string[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const call = belowCall(what, parent, pageToken);
    const body = objectIn('bigquery', await request(call, { project: parent, budget }), call);
    const entries = valueAt(body, what) ?? [];
    if (!Array.isArray(entries)) throw malformed('bigquery', call, `${what} is no list`);
    for (const entry of entries) {
      const found = valueAt(entry, name);
      if (typeof found !== 'string') throw malformed('bigquery', call, `an entry has no ${name}`);
      if (valueAt(entry, 'state') === 'ACTIVE') names.push(found);
    }
    const next = valueAt(body, 'nextPageToken');
    if (typeof next !== 'string' || next === '') return names;
    pageToken = next;
  }
  throw malformed('bigquery', belowCall(what, parent, undefined), 'the pages do not end');
}

async function levelOf(request: Client, parent: string, askedAtMs: number, budget: CallBudget): Promise<Level> {
  const [projects, folders] = await Promise.all([
    below(request, 'projects', parent, budget),
    below(request, 'folders', parent, budget),
  ]);
  return { askedAtMs, projects, folders };
}

/**
 * Finds the active projects below a folder or an organization, through all folders. Each folder's answer serves for ten
 * minutes, and for longer while no newer one can be had: a search that ran out of time goes on where it ended.
 */
export function projectFinder(request: Client, now: () => number) {
  const levels = new Map<string, Level>();
  const keep = (parent: string, level: Level): void => {
    levels.delete(parent);
    levels.set(parent, level);
    const [oldest] = levels.keys();
    if (levels.size > mostLevels && oldest !== undefined) levels.delete(oldest);
  };
  const answered = async (parent: string, budget: CallBudget): Promise<Answered> => {
    const known = levels.get(parent);
    if (known !== undefined && now() - known.askedAtMs < maxAgeMs) return { level: known };
    try {
      const level = await levelOf(request, parent, now(), budget);
      keep(parent, level);
      return { level };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return known === undefined ? { why: error.message } : { level: known, why: error.message };
    }
  };
  return async (root: string, budget: CallBudget): Promise<Below> => {
    const all = new Map<string, Answered>();
    for (let parents = [root]; parents.length > 0;) {
      const found = await Promise.all(parents.map(async (parent) => [parent, await answered(parent, budget)] as const));
      for (const [parent, answer] of found) all.set(parent, answer);
      const folders = found.flatMap(([, { level }]) => level?.folders ?? []);
      parents = [...new Set(folders)].filter((folder) => !all.has(folder));
    }
    return summed(root, [...all]);
  };
}

function summed(root: string, all: readonly (readonly [string, Answered])[]): Below {
  const missing = all.flatMap(([, { level, why }]) => (level === undefined && why !== undefined ? [why] : []));
  const old = all.flatMap(([parent, { level, why }]) =>
    level === undefined || why === undefined
      ? []
      : [`What lies below ${parent} is known from ${new Date(level.askedAtMs).toISOString()}: ${why}`],
  );
  const more = missing.length > 1 ? `, and ${missing.length - 1} more such failures` : '';
  const failed =
    missing[0] === undefined ? undefined : `not all projects below ${root} were found: ${missing[0]}${more}`;
  const projects = new Set(all.flatMap(([, { level }]) => level?.projects ?? []));
  return { projects: [...projects], old, failed };
}
