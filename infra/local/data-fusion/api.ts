import type { Answer } from './answer.ts';
import { googleError, json } from './answer.ts';
import type { Method } from './faults.ts';
import type { InstanceSpec, Operation } from './model.ts';
import { operationRecord } from './model.ts';
import type { Store } from './store.ts';

/** A request to one of the APIs, and how to answer it. */
export interface Called {
  readonly method: Method;
  readonly instance?: string | undefined;
  readonly answer: () => Answer;
}

export interface Asked {
  readonly verb: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

const pageSize = 2;

/** Finds what a request to the API of Data Fusion is for; undefined when there is no such method. */
export function apiCall({ verb, path, query }: Asked, store: Store, apiEndpoint: string): Called | undefined {
  const found =
    /^\/v1\/projects\/([^/]+)\/locations(?:\/([^/]+)\/(instances|operations)(?:\/([^/:]+)(:cancel)?)?)?$/.exec(path);
  if (found === null || (verb !== 'GET') !== (found[5] !== undefined)) return undefined;
  const [, project = '', location = '', what, id, cancel] = found;
  const isHere = (one: { readonly project: string; readonly location: string }) =>
    one.project === project && one.location === location;
  if (what === undefined) return { method: 'locations', answer: () => locations(store, project) };
  if (what === 'instances') {
    const here = [...store.instances.values()].filter(isHere).map((one) => instance(one, apiEndpoint));
    if (id === undefined) return { method: 'instances.list', answer: () => page('instances', here, query) };
    const one = here.find(({ name }) => name.endsWith(`/${id}`));
    return { method: 'instances.get', instance: id, answer: () => (one === undefined ? missing(path) : json(one)) };
  }
  const here = [...store.operations.values()].filter(isHere);
  if (id === undefined) {
    const records = () => here.map((one) => operationRecord(one, false));
    return { method: 'operations.list', answer: () => page('operations', records(), query) };
  }
  const one = here.find((each) => each.id === id);
  const act = cancel === undefined ? look : cancelled(store);
  const method = cancel === undefined ? 'operations.get' : 'operations.cancel';
  return { method, instance: one?.instance, answer: () => (one === undefined ? missing(path) : act(one)) };
}

const missing = (path: string) => googleError(404, `Resource '${path.slice(4)}' was not found`);
const look = (one: Operation) => json(operationRecord(one, true));

/** Answers `{}` whether or not the operation can still be cancelled, as the reference has it. */
const cancelled = (store: Store) => (one: Operation) => {
  one.cancelAskedMs ??= store.now();
  return json({});
};

function instance({ project, location, id, labels = {}, state = 'RUNNING' }: InstanceSpec, apiEndpoint: string) {
  const name = `projects/${project}/locations/${location}/instances/${id}`;
  return { name, state, type: 'BASIC', version: '6.10.1', labels, apiEndpoint: `${apiEndpoint}/inside/${id}/api` };
}

function locations({ instances }: Store, project: string): Answer {
  const here = [...instances.values()].filter((one) => one.project === project);
  const ids = [...new Set(here.map(({ location }) => location))];
  return json({ locations: ids.map((id) => ({ name: `projects/${project}/locations/${id}`, locationId: id })) });
}

function page(name: string, all: readonly unknown[], query: URLSearchParams): Answer {
  const from = Number(query.get('pageToken') ?? 0);
  const next = from + pageSize;
  return json({ [name]: all.slice(from, next), nextPageToken: next < all.length ? String(next) : '' });
}
