import { EngineError } from '../engine.ts';

export const engine = 'dli';

const clouds = ['otc', 'huawei'] as const;
export type Cloud = (typeof clouds)[number];

/** One project in one region of one of the two clouds that offer DLI. */
export interface Place {
  readonly cloud: Cloud;
  readonly region: string;
  readonly project: string;
}

/** Whether a job is an SQL job or a Spark batch, which have different APIs, and its id there. */
export interface JobPlace extends Place {
  readonly kind: 'sql' | 'batch';
  readonly id: string;
}

// The region becomes part of a host name, to which credentials are sent.
const written = /^dli:([a-z]+)\/([a-z\d]+(?:-[a-z\d]+)*)\/([\w-]+)$/;

/** The place of a target, which is named `dli:CLOUD/REGION/PROJECT`; throws for any other name. */
export function placeOf(target: string): Place {
  const [, word, region, project] = written.exec(target) ?? [];
  const cloud = clouds.find((one) => one === word);
  if (cloud !== undefined && region !== undefined && project !== undefined) return { cloud, region, project };
  const says = `the target ${JSON.stringify(target)} is not written as dli:CLOUD/REGION/PROJECT, with otc or huawei`;
  throw new EngineError(engine, says, { failure: 'rejected', retryable: false });
}

const ofBatch = 'batches/';

/** The id of a job in Jobwarden: that of an SQL job as it is, that of a Spark batch behind `batches/`. */
export function idOf({ kind, id }: Pick<JobPlace, 'kind' | 'id'>): string {
  return kind === 'batch' ? `${ofBatch}${id}` : id;
}

/** Where a job is and by which API it is reached; throws where its target names no place. */
export function jobPlaceOf({ target, id }: { readonly target: string; readonly id: string }): JobPlace {
  const place = placeOf(target);
  return id.startsWith(ofBatch)
    ? { ...place, kind: 'batch', id: id.slice(ofBatch.length) }
    : { ...place, kind: 'sql', id };
}

/** The domain of a region's services. One of Huawei's regions is in the domain of Europe (list of its endpoints). */
export function domainOf({ cloud, region }: Pick<Place, 'cloud' | 'region'>): string {
  if (cloud === 'otc') return `${region}.otc.t-systems.com`;
  return `${region}.myhuaweicloud.${region === 'eu-west-101' ? 'eu' : 'com'}`;
}
