import type { JsonObject } from '../bigquery/json.ts';
import { parseSelection, pickSelected, unknownPaths } from '../http/fields-mask.ts';
import { StorageError } from './errors.ts';

/** The field names of the API by type, as in its discovery document; `name:Type` leads on, `name:open` to anything. */
const TYPES = {
  Objects: 'items:Object kind nextPageToken prefixes',
  Object: `
    acl:open bucket cacheControl componentCount contentDisposition contentEncoding contentLanguage contentType contexts:open
    crc32c customTime customerEncryption:open etag eventBasedHold generation hardDeleteTime id kind kmsKeyName md5Hash
    mediaLink metadata:open metageneration name owner:open restoreToken retention:open retentionExpirationTime selfLink
    size softDeleteTime storageClass temporaryHold timeCreated timeDeleted timeFinalized timeStorageClassUpdated updated`,
  RewriteResponse: 'done kind objectSize resource:Object rewriteToken totalBytesRewritten',
  Buckets: 'items:Bucket kind nextPageToken unreachable',
  Bucket: `
    acl:open autoclass:open billing:open cors:open customPlacementConfig:open defaultEventBasedHold defaultObjectAcl:open
    encryption:open etag generation hardDeleteTime hierarchicalNamespace:open iamConfiguration:open id ipFilter:open kind
    labels:open lifecycle:open location locationType logging:open metageneration name objectRetention:open owner:open
    projectNumber retentionPolicy:open rpo satisfiesPZI satisfiesPZS selfLink softDeletePolicy:open softDeleteTime
    storageClass timeCreated updated versioning:open website:open`,
  BucketStorageLayout: 'bucket customPlacementConfig:open hierarchicalNamespace:open kind location locationType',
} as const;

export type AnswerType = keyof typeof TYPES;

const FIELDS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(TYPES).map(([type, words]) => {
    const pairs = words
      .trim()
      .split(/\s+/)
      .map((word) => word.split(':'));
    return [type, new Map(pairs.map(([field = '', kind = 'scalar']) => [field, kind]))];
  }),
);

/** The part of an answer that the `fields` parameter selects; throws the API's 400 for what cannot be selected. */
export function selectFields(body: JsonObject, type: AnswerType, fields: string): JsonObject {
  let selected;
  try {
    selected = parseSelection(fields);
  } catch {
    throw invalidSelection(fields);
  }
  const [unknown] = unknownPaths(selected, type, (name) => FIELDS.get(name) ?? new Map());
  if (unknown !== undefined) throw invalidSelection(unknown.replace(/\.$/, '').replaceAll('.', '/'));
  return pickSelected(body, selected);
}

function invalidSelection(path: string): StorageError {
  const message = `Invalid field selection ${path}`;
  return new StorageError({ status: 400, reason: 'invalidParameter', message, at: ['parameter', 'fields'] });
}
