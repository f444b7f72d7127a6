/** A made-up cluster. */
export interface ClusterSpec {
  readonly id: string;
  readonly folder: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly zone?: string;
  readonly status?: 'CREATING' | 'RUNNING' | 'ERROR' | 'STOPPING' | 'STOPPED' | 'STARTING';
}

/**
 * What a cancel does: `finishesFirst`: the job succeeds all the same; `refused`: an error that is no job's fault;
 * `operationFails` and `operationDenied`: the operation is taken and has failed at once.
 */
export type OnCancel =
  | 'stops'
  | 'finishesFirst'
  | 'ignored'
  | 'denied'
  | 'refused'
  | 'unsupported'
  | 'failsLater'
  | 'operationFails'
  | 'operationDenied';

/** What a made-up job is and will do; times are relative to the moment it is added. */
export interface JobSpec {
  readonly cluster: string;
  readonly id: string;
  readonly name?: string;
  readonly createdBy?: string;
  readonly kind?: 'spark' | 'pyspark' | 'hive' | 'mapreduce';
  readonly queries?: readonly string[];
  /** How long it has been running when it is added. */
  readonly startedAgoMs?: number;
  /** How long it waits from now on before it runs. */
  readonly pendingForMs?: number;
  /** From start to end when nobody interferes; one day unless told. */
  readonly runsForMs?: number;
  readonly ends?: 'DONE' | 'ERROR';
  /** A status to show whatever happens, such as one that nobody knows. */
  readonly status?: string;
  readonly onCancel?: OnCancel;
  /** From the cancel to the end of the job; half a second unless told. */
  readonly cancelTakesMs?: number;
}
