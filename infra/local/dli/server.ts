import { serveJson, type JsonServer } from '../http/json-server.ts';
import { switches, type Switches } from '../http/switches.ts';
import { replyTo, type DliCall, type DliFault, type StandIn } from './answer.ts';
import { iam, type DliAuth } from './iam.ts';
import { batchResource, sqlResource } from './resource.ts';
import type { BatchSpec, SqlSpec } from './spec.ts';
import { stored } from './store.ts';

/** How to start the stand-in; every field has a default. */
export interface DliStandInOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The clock, in ms since the epoch; the machine's by default. */
  readonly now?: () => number;
  /** Without it every caller is let in. */
  readonly auth?: DliAuth;
}

type Resource = Readonly<Record<string, unknown>>;

/** A running stand-in for Data Lake Insight and IAM, of either cloud, on this machine. */
export interface StandInDli extends Pick<JsonServer, 'url' | 'port' | 'requests' | 'close'> {
  /** Adds an SQL job as of now. */
  readonly addSqlJob: (spec: SqlSpec) => void;
  /** Adds a Spark batch as of now. */
  readonly addBatch: (spec: BatchSpec) => void;
  /** A job or batch as it would be shown now; undefined where there is none. */
  readonly job: (project: string, id: string) => Resource | undefined;
  readonly switches: Switches<DliCall, DliFault>;
  /** Every token handed out so far is refused from now on. */
  readonly revokeTokens: () => void;
}

/** Starts a stand-in on 127.0.0.1; rejects when the port is taken. */
export async function startDli(options: DliStandInOptions = {}): Promise<StandInDli> {
  const { now = Date.now, auth } = options;
  const standIn: StandIn = {
    store: { sql: new Map(), batches: new Map() },
    iam: iam(auth, now),
    switches: switches(),
    now,
  };
  const { sql, batches } = standIn.store;
  const server = await serveJson({ port: options.port ?? 0, now }, (request) => replyTo(request, standIn));
  return {
    ...server,
    addSqlJob: (spec) => void sql.set(`${spec.project}/${spec.id}`, stored(spec, now())),
    addBatch: (spec) => void batches.set(`${spec.project}/${spec.id}`, stored(spec, now())),
    job(project, id) {
      const job = sql.get(`${project}/${id}`);
      const batch = batches.get(`${project}/${id}`);
      return job === undefined ? batch && batchResource(batch, now()) : sqlResource(job, now());
    },
    switches: standIn.switches,
    revokeTokens: standIn.iam.revoke,
  };
}
