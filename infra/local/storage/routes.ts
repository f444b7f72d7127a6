import type { AnswerType } from './fields.ts';
import type { StorageMethod } from './faults.ts';

interface InBucket {
  readonly bucket: string;
}

interface AnObject extends InBucket {
  readonly name: string;
}

/** What a request is for. */
export type Route =
  | { readonly to: 'buckets'; readonly verb: 'GET' | 'POST' }
  | (InBucket & { readonly to: 'bucket'; readonly verb: 'GET' | 'PATCH' | 'PUT' | 'DELETE' })
  | (InBucket & { readonly to: 'layout' | 'list' })
  | (InBucket & { readonly to: 'insert'; readonly verb: 'POST' | 'PUT' | 'DELETE' })
  | (AnObject & { readonly to: 'object'; readonly verb: 'GET' | 'PATCH' | 'PUT' | 'DELETE'; readonly media: boolean })
  | (AnObject & { readonly to: 'rewrite' | 'copy'; readonly target: AnObject })
  | { readonly to: 'local'; readonly resource: 'faults' | 'requests'; readonly verb: string }
  | { readonly to: 'unsupported'; readonly what: string }
  | { readonly to: 'nothing' };

/** The API stands below /storage/v1; the official Node client leaves that out when STORAGE_EMULATOR_HOST names no path. */
const API = /^(\/upload|\/resumable\/upload|\/download)?(?:\/storage\/v1)?(\/b(?:\/.*)?)$/;
const LOCAL = /^\/local\/(faults|requests)$/;
const OBJECT = /^\/b\/([^/]+)\/o\/([^/]+)$/;
const COPY = /^\/b\/([^/]+)\/o\/([^/]+)\/(rewriteTo|copyTo)\/b\/([^/]+)\/o\/([^/]+)$/;
const BUCKET = /^\/b(?:\/([^/]+)(?:\/(o|storageLayout))?)?\/?$/;
const nothing: Route = { to: 'nothing' };

/** Finds out what a request is for. */
export function routeOf(verb: string, path: string, query: URLSearchParams): Route {
  const [, local] = LOCAL.exec(path) ?? [];
  if (local === 'faults' || local === 'requests') return { to: 'local', resource: local, verb };
  const [, way, resource] = API.exec(path) ?? [];
  if (resource === undefined) return nothing;
  const copy = COPY.exec(resource);
  if (copy) return verb === 'POST' ? copyRoute(copy) : nothing;
  const object = OBJECT.exec(resource);
  if (object) return objectRoute(verb, object, way === '/download' || query.get('alt') === 'media');
  const bucket = BUCKET.exec(resource);
  if (bucket) return bucketRoute(verb, bucket, way?.endsWith('upload') === true);
  return { to: 'unsupported', what: `${verb} ${path}` };
}

function objectRoute(verb: string, [, bucket = '', name = '']: RegExpExecArray, media: boolean): Route {
  const place = { bucket: decoded(bucket), name: decoded(name) };
  if (verb === 'GET') return { to: 'object', verb, media, ...place };
  if (verb === 'PATCH' || verb === 'PUT' || verb === 'DELETE') return { to: 'object', verb, media: false, ...place };
  return nothing;
}

function copyRoute([, bucket = '', name = '', how, toBucket = '', toName = '']: RegExpExecArray): Route {
  const target = { bucket: decoded(toBucket), name: decoded(toName) };
  return { to: how === 'copyTo' ? 'copy' : 'rewrite', bucket: decoded(bucket), name: decoded(name), target };
}

function bucketRoute(verb: string, [, name, inside]: RegExpExecArray, upload: boolean): Route {
  if (name === undefined) return verb === 'GET' || verb === 'POST' ? { to: 'buckets', verb } : nothing;
  const bucket = decoded(name);
  if (inside === 'storageLayout') return verb === 'GET' ? { to: 'layout', bucket } : nothing;
  if (inside === 'o') {
    if (upload && (verb === 'POST' || verb === 'PUT' || verb === 'DELETE')) return { to: 'insert', bucket, verb };
    return verb === 'GET' ? { to: 'list', bucket } : { to: 'unsupported', what: 'Inserting without an upload' };
  }
  if (verb === 'GET' || verb === 'PATCH' || verb === 'PUT' || verb === 'DELETE') return { to: 'bucket', verb, bucket };
  return nothing;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The method that a fault is set for; undefined for what is not the API. */
export function methodOf(route: Route): StorageMethod | undefined {
  switch (route.to) {
    case 'buckets':
    case 'bucket':
    case 'layout':
      return 'buckets';
    case 'list':
    case 'insert':
      return route.to;
    case 'rewrite':
    case 'copy':
      return 'rewrite';
    case 'object':
      if (route.verb === 'GET') return route.media ? 'download' : 'get';
      return route.verb === 'DELETE' ? 'delete' : 'patch';
    case 'local':
    case 'unsupported':
    case 'nothing':
      return undefined;
  }
}

/** The type of a route's answer, for the `fields` parameter; undefined where there are none to select. */
export function answerTypeOf(route: Route): AnswerType | undefined {
  switch (route.to) {
    case 'buckets':
      return route.verb === 'GET' ? 'Buckets' : 'Bucket';
    case 'bucket':
      return 'Bucket';
    case 'layout':
      return 'BucketStorageLayout';
    case 'list':
      return 'Objects';
    case 'rewrite':
      return 'RewriteResponse';
    case 'insert':
    case 'copy':
      return 'Object';
    case 'object':
      return route.media ? undefined : 'Object';
    case 'local':
    case 'unsupported':
    case 'nothing':
      return undefined;
  }
}
