import { serveJson, type JsonServer } from '../http/json-server.ts';
import { switches, type Switches } from '../http/switches.ts';
import { replyTo, type StandIn, type YandexCall, type YandexFault } from './answer.ts';
import { iam, type YandexAuth } from './iam.ts';
import { jobResource } from './resource.ts';
import type { ClusterSpec, JobSpec } from './spec.ts';
import { storedJob, type Store } from './store.ts';

/** How to start the stand-in; every field has a default. */
export interface YandexDataProcOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The clock, in ms since the epoch; the machine's by default. */
  readonly now?: () => number;
  /** Without it every caller is let in. */
  readonly auth?: YandexAuth;
  /** What it puts on a page at most, whatever is asked for; 1000 unless told. */
  readonly mostPerPage?: number;
}

/** A running stand-in for Yandex Data Proc, IAM and the metadata service on this machine. */
export interface StandInYandexDataProc extends Pick<JsonServer, 'url' | 'port' | 'requests' | 'close'> {
  readonly addCluster: (spec: ClusterSpec) => void;
  /** Adds a job as of now. */
  readonly addJob: (spec: JobSpec) => void;
  /** A job as it would be shown now; undefined where there is none. */
  readonly job: (cluster: string, id: string) => object | undefined;
  readonly switches: Switches<YandexCall, YandexFault>;
  /** Every IAM token handed out so far is refused from now on. */
  readonly revokeTokens: () => void;
}

/** Starts a stand-in on 127.0.0.1; rejects when the port is taken. */
export async function startYandexDataProc(options: YandexDataProcOptions = {}): Promise<StandInYandexDataProc> {
  const { now = Date.now, auth, mostPerPage = 1000 } = options;
  const store: Store = { clusters: new Map(), jobs: new Map() };
  const standIn: StandIn = {
    store,
    iam: iam(auth, now),
    switches: switches(),
    now,
    mostPerPage,
    hasMetadata: auth?.metadata ?? false,
  };
  const server = await serveJson({ port: options.port ?? 0, now }, (request) => replyTo(request, standIn));
  return {
    ...server,
    addCluster: (spec) => void store.clusters.set(spec.id, { spec, createdAtMs: now() }),
    addJob: (spec) => void store.jobs.set(`${spec.cluster}/${spec.id}`, storedJob(spec, now())),
    job(cluster, id) {
      const found = store.jobs.get(`${cluster}/${id}`);
      return found && jobResource(found, now());
    },
    switches: standIn.switches,
    revokeTokens: standIn.iam.revoke,
  };
}
