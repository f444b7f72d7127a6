import { briefly, checkName } from '../names.ts';

/** One call of the Cloud Storage JSON API: `path` stands below the base; `permission` is what a 403 asks for. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Names the call in messages: `get of gs://bucket/name`. */
  readonly says: string;
  readonly permission: string;
  readonly upload?: Upload;
}

/** The body of a call that writes. */
export interface Upload {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** An object, or one generation of it. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly name: string;
  readonly generation?: string | undefined;
}

const aboutOne = 'name,generation,timeCreated,timeDeleted,size,metadata';

/** `objects.get` with `alt=media`: the bytes, with their generation in the header `x-goog-generation`. */
export function mediaCall(place: ObjectPlace): Call {
  return objectCall('get', place, { alt: 'media' }, { permission: 'storage.objects.get' });
}

/** `objects.get`: what is known of an object, without its bytes. */
export function metadataCall(place: ObjectPlace): Call {
  const query = { fields: aboutOne, prettyPrint: 'false' };
  return objectCall('look at', place, query, { permission: 'storage.objects.get' });
}

/** `objects.delete`; with a condition a 412 says that another generation stands there. */
export function deleteCall(place: ObjectPlace, ifGeneration: string | undefined): Call {
  const query: Record<string, string> = ifGeneration === undefined ? {} : { ifGenerationMatch: ifGeneration };
  return objectCall('delete', place, query, { method: 'DELETE', permission: 'storage.objects.delete' });
}

/** `objects.insert` of type multipart: description and bytes in one request. Generation 0 means "nothing is there". */
export function insertCall(place: ObjectPlace, upload: Upload, ifGeneration: string | undefined): Call {
  const says = `put of ${nameOf(place)}`;
  checkName(place.name, says);
  const query = new URLSearchParams({ uploadType: 'multipart', fields: aboutOne, prettyPrint: 'false' });
  if (ifGeneration !== undefined) query.set('ifGenerationMatch', ifGeneration === 'absent' ? '0' : ifGeneration);
  const path = `/upload/storage/v1/b/${encodeURIComponent(place.bucket)}/o?${query.toString()}`;
  const permission = 'storage.objects.create, and storage.objects.delete to replace an object';
  return { method: 'POST', path, says, permission, upload };
}

/** `objects.list`, a page of up to 1,000. With `versions` earlier generations are listed too, oldest first. */
export function listCall(bucket: string, about: { prefix: string; versions?: true; pageToken?: string }): Call {
  const query = new URLSearchParams({ maxResults: '1000', prettyPrint: 'false' });
  query.set('fields', `nextPageToken,items(${aboutOne})`);
  if (about.prefix !== '') query.set('prefix', about.prefix);
  if (about.versions === true) query.set('versions', 'true');
  if (about.pageToken !== undefined) query.set('pageToken', about.pageToken);
  const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`;
  const says = `list of gs://${bucket}/${briefly(about.prefix)}*`;
  return { method: 'GET', path, says, permission: 'storage.objects.list' };
}

function objectCall(
  verb: string,
  place: ObjectPlace,
  query: Record<string, string>,
  about: { readonly method?: 'GET' | 'DELETE'; readonly permission: string },
): Call {
  const says = `${verb} of ${nameOf(place)}`.replace('look at of', 'look at');
  checkName(place.name, says);
  const all = place.generation === undefined ? query : { ...query, generation: place.generation };
  const search = new URLSearchParams(all).toString();
  // A name is one segment of the path, its slashes percent-encoded (Cloud Storage, "Encoding URI path parts").
  const path = `/storage/v1/b/${encodeURIComponent(place.bucket)}/o/${encodeURIComponent(place.name)}`;
  return {
    method: about.method ?? 'GET',
    path: `${path}${search === '' ? '' : `?${search}`}`,
    says,
    permission: about.permission,
  };
}

function nameOf({ bucket, name, generation }: ObjectPlace): string {
  return `gs://${bucket}/${briefly(name)}${generation === undefined ? '' : `#${generation}`}`;
}
