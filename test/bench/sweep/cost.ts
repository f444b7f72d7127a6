/** What a month of a deployment uses, in the units it is billed in. */
export interface Used {
  readonly vcpuSeconds: number;
  readonly gibSeconds: number;
  readonly requests: number;
  readonly storageWrites: number;
  readonly storageReads: number;
  readonly schedules: number;
  readonly pubSubGib: number;
  readonly tableGib: number;
}

/**
 * List prices in USD for a unit, and how many are free each month, as the pricing pages of Google Cloud had them in 2026:
 * Cloud Run, request-based billing, regions of tier 1 (Cloud Run functions are billed by it); Cloud Storage, standard
 * class in one region, whose free tier is for regions in the US alone; Cloud Scheduler; Pub/Sub, where writing to a
 * table has a price of its own and, to be careful, nothing free.
 */
const prices: Readonly<Record<keyof Used, { readonly usd: number; readonly free: number }>> = {
  vcpuSeconds: { usd: 0.000024, free: 180_000 },
  gibSeconds: { usd: 0.0000025, free: 360_000 },
  requests: { usd: 0.4 / 1e6, free: 2e6 },
  storageWrites: { usd: 0.005 / 1000, free: 5000 },
  storageReads: { usd: 0.0004 / 1000, free: 50_000 },
  schedules: { usd: 0.1, free: 3 },
  pubSubGib: { usd: 40 / 1024, free: 10 },
  tableGib: { usd: 50 / 1024, free: 0 },
};

/** What was measured of sweeps: the processor time of one, by how many projects it lists, and its calls to the store. */
export interface Measured {
  readonly cpuSeconds: { readonly one: number; readonly thousand: number };
  readonly readsPerSweep: number;
}

/** As `infra/gcp` deploys it; and assumptions, of which none was measured on Google Cloud. */
const deployed = { vcpu: 0.167, gib: 0.25, notifyVcpu: 1, sweepsAMonth: 1440 * 30.44, perSecond: 95 } as const;
const assumed = {
  latencySeconds: 0.15,
  breachesADay: 100,
  /** Each in a sweep of its own, which waits for its instant anywhere in the minute, and then until the cancel is proved. */
  lastCancelSeconds: 56,
  proofSeconds: 2,
  /** Intent, outcome, what was published of it, and its end; and the claim and the receipt of its notice. */
  writesPerBreach: 6,
  readsPerBreach: 6,
  heartbeatWrites: 2,
  notifySeconds: 1,
  eventsPerBreach: 5,
  gibPerEvent: 2 / 1024 ** 2,
  gibPerProjectInHeartbeat: 0.15 / 1024 ** 2,
} as const;

/** How long the function is busy with one sweep: as long as its share of a processor takes, or the quota of the API. */
function sweepSeconds({ cpuSeconds }: Measured, projects: number): number {
  const eachProject = Math.max(0, cpuSeconds.thousand - cpuSeconds.one) / 999;
  const working = (cpuSeconds.one + eachProject * (projects - 1)) / deployed.vcpu;
  const listing = projects / deployed.perSecond + assumed.latencySeconds;
  // Billed by the tenth of a second.
  return Math.ceil(Math.max(working, listing) * 10) / 10;
}

/** What a month uses with so many projects. Several instances share a sweep that is too long for one; together they take as long. */
export function usedBy(measured: Measured, projects: number): Used {
  const { sweepsAMonth, vcpu, gib } = deployed;
  const breaches = assumed.breachesADay * 30.44;
  const seconds = sweepSeconds(measured, projects);
  const waits = Math.max(0, assumed.lastCancelSeconds - seconds) / 2 + assumed.proofSeconds;
  const busy = sweepsAMonth * seconds + breaches * waits;
  const hours = sweepsAMonth / 60;
  const gibOfEvents =
    breaches * assumed.eventsPerBreach * assumed.gibPerEvent + hours * projects * assumed.gibPerProjectInHeartbeat;
  return {
    vcpuSeconds: busy * vcpu + breaches * assumed.notifySeconds * deployed.notifyVcpu,
    gibSeconds: busy * gib + breaches * assumed.notifySeconds * gib,
    requests: sweepsAMonth + breaches * assumed.eventsPerBreach,
    storageWrites: breaches * assumed.writesPerBreach + hours * assumed.heartbeatWrites,
    storageReads: sweepsAMonth * measured.readsPerSweep + breaches * assumed.readsPerBreach,
    schedules: 1,
    pubSubGib: gibOfEvents * 2,
    tableGib: gibOfEvents,
  };
}

const kinds = [
  'vcpuSeconds',
  'gibSeconds',
  'requests',
  'storageWrites',
  'storageReads',
  'schedules',
  'pubSubGib',
  'tableGib',
] as const;

/** USD a month at list prices, and after the free tier; and the share of the free processor time that is used. */
export function costOf(used: Used): { readonly listUsd: number; readonly usd: number; readonly freeCpuShare: number } {
  const sum = (count: (kind: keyof Used) => number): number =>
    kinds.reduce((total, kind) => total + count(kind) * prices[kind].usd, 0);
  return {
    listUsd: sum((kind) => used[kind]),
    usd: sum((kind) => Math.max(0, used[kind] - prices[kind].free)),
    freeCpuShare: used.vcpuSeconds / prices.vcpuSeconds.free,
  };
}
