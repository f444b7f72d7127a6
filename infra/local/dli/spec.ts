/** What a cancel does. `saysNo`: 200 with `is_success: false`; `finishesFirst`: the job succeeds all the same. */
export type OnCancel = 'stops' | 'finishesFirst' | 'ignored' | 'denied' | 'saysNo' | 'unsupported' | 'saysTrueInWords';

interface Work {
  readonly project: string;
  readonly id: string;
  readonly owner?: string;
  readonly queue?: string;
  /** How long it has been running when it is added. */
  readonly startedAgoMs?: number;
  /** How long it waits from now on before it runs. */
  readonly pendingForMs?: number;
  /** From start to end when nobody interferes; one day unless told. */
  readonly runsForMs?: number;
  readonly fails?: boolean;
  /** A state to show whatever happens, such as SCALING or one that nobody knows. */
  readonly state?: string;
  readonly onCancel?: OnCancel;
  /** From the cancel to the end of the job; half a second unless told. */
  readonly cancelTakesMs?: number;
}

/** A made-up SQL job; times are relative to the moment it is added. */
export interface SqlSpec extends Work {
  readonly type?: string;
  readonly statement?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Bytes that it has read by its end, of which a share is shown while it runs. */
  readonly inputSize?: number;
  /** As in Huawei Cloud: core times ms by its end, as text. */
  readonly cpuCost?: number;
}

/** A made-up Spark batch. */
export interface BatchSpec extends Work {
  readonly name?: string;
}
