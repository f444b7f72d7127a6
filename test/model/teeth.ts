import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { Canceller, JobSource } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { World } from '../../functions/watch/world.ts';
import type { Bent } from './watching.ts';

/** A fault that the product could have, put in at a port, and how the model has to word what it finds. */
export interface Tooth {
  readonly title: string;
  readonly bent: Bent;
  readonly finds: RegExp;
  /** Where to begin, for those that the usual runs find late. */
  readonly seed?: number;
}

const inEngine = (change: {
  source?: (of: JobSource) => JobSource;
  canceller?: (of: Canceller) => Canceller;
}): Bent => ({
  watch: (world) => ({
    ...world,
    engines: async (names) => {
      const { sources, cancellers } = await world.engines(names);
      const { bigquery: source } = sources;
      const { bigquery: canceller } = cancellers;
      if (source === undefined || canceller === undefined) throw new Error('the model has one engine');
      return {
        sources: { bigquery: change.source?.(source) ?? source },
        cancellers: { bigquery: change.canceller?.(canceller) ?? canceller },
      };
    },
  }),
});

const inLedger = (change: (ledger: Ledger) => Ledger): Bent => ({
  watch: (world) => ({ ...world, ledger: change(world.ledger) }),
});

/** The ledger says something else than what stands in it. */
const readsInstead = (change: (document: LedgerDocument) => LedgerDocument) =>
  inLedger((ledger) => ({
    ...ledger,
    read: async () => {
      const { document, generation } = await ledger.read();
      return { document: change(document), generation };
    },
  }));

/** The policy in force is another than the one that is written. */
const goesBy = (change: (policy: Policy) => Policy): Bent => ({
  watch: (world) => ({
    ...world,
    policy: {
      ...world.policy,
      current: async () => {
        const state = await world.policy.current();
        return state.policy === undefined ? state : { ...state, policy: change(state.policy) };
      },
    },
  }),
});

const inTrail = (change: (events: readonly TrailEvent[]) => readonly TrailEvent[]): Bent => ({
  watch: (world) => ({
    ...world,
    trail: {
      publish: async (events) => {
        const results = await world.trail.publish(change(events));
        const named = new Map(results.map((result) => [result.id, result]));
        return events.map(({ id }) => named.get(id) ?? { id, accepted: true, messageId: id });
      },
    },
  }),
});

const withoutFence = (document: LedgerDocument): LedgerDocument => {
  const cases = Object.entries(document.cases).map(([id, one]) => [
    id,
    one.plan === undefined ? one : { ...one, plan: { ...one.plan, notAfterMs: 0 } },
  ]);
  return { ...document, cases: Object.fromEntries(cases) };
};

const isPlanning = ({ cases }: LedgerDocument) => Object.values(cases).some(({ state }) => state === 'planned');

/** The look is taken from memory: the record of the first one. */
function looksOnce(source: JobSource): JobSource {
  const seen = new Map<string, Job | undefined>();
  return {
    ...source,
    get: async (ref, budget) => {
      if (!seen.has(ref.id)) seen.set(ref.id, await source.get(ref, budget));
      const job = seen.get(ref.id);
      return job?.state === 'done' ? source.get(ref, budget) : job;
    },
  };
}

/** Whatever is found under the id passes for the job that was asked for. */
function looksAlike(source: JobSource): JobSource {
  return {
    ...source,
    get: async (ref, budget) => {
      const job = await source.get(ref, budget);
      const isKnown = 'createdAtMs' in ref && typeof ref.createdAtMs === 'number';
      return job === undefined || !isKnown ? job : { ...job, createdAtMs: Number(ref.createdAtMs) };
    },
  };
}

const noDeadline = inEngine({
  canceller: ({ cancel }) => ({
    cancel: (job) => cancel(job, { untilMs: Infinity, signal: new AbortController().signal }),
  }),
});

/** Right before a cancel the clock says that there is time left, and nothing ends what is under way. */
function timeless({ clock, policy }: World): Partial<World> {
  let isAsked = false;
  const now = () => {
    if (!isAsked) return clock.now();
    isAsked = false;
    return 0;
  };
  const stands = async (sha256: string) => {
    const answer = (await policy.stands?.(sha256)) ?? true;
    isAsked = true;
    return answer;
  };
  return { clock: { ...clock, now, after: () => new AbortController().signal }, policy: { ...policy, stands } };
}

const watching = (change: (world: World) => Partial<World>): Bent => ({
  watch: (world) => ({ ...world, ...change(world) }),
});

/** Faults of the product against which the model is tried: each has to be found. */
export const teeth: readonly Tooth[] = [
  {
    title: 'the stop switch is not asked',
    bent: watching(() => ({ stop: async () => undefined })),
    finds: /the stop switch was not asked/,
  },
  {
    title: 'the policy is not read again before a cancel',
    bent: watching(({ policy }) => ({ policy: { ...policy, stands: async () => true } })),
    finds: /the policy was not read again/,
  },
  {
    title: 'the job is not looked at again before its cancel',
    bent: inEngine({ source: looksOnce }),
    finds: /no policy may ever cancel it/,
  },
  {
    title: 'any job under the same id passes for the one that was judged',
    seed: 6,
    bent: inEngine({ source: looksAlike }),
    finds: /no plan for it is on record|the plan on record is that of/,
  },
  {
    title: 'a cancel is sent without its intent on record',
    bent: inLedger((ledger) => ({
      ...ledger,
      swap: async (document, generation) => (isPlanning(document) ? generation : ledger.swap(document, generation)),
    })),
    finds: /no plan for it is on record/,
  },
  {
    title: 'a lost swap passes for a won one',
    bent: inLedger((ledger) => ({
      ...ledger,
      swap: async (document, generation) => (await ledger.swap(document, generation)) ?? generation,
    })),
    finds: /no plan for it is on record|the plan on record is that of|not on record/,
  },
  {
    title: 'whoever writes last wins',
    bent: inLedger((ledger) => ({
      ...ledger,
      swap: async (document) => ledger.swap(document, (await ledger.read()).generation),
    })),
    finds: /the plan on record is that of|there is another event|has the numbers|not on record/,
  },
  {
    title: 'a sweep does not leave the plans of others alone until their time is over',
    bent: readsInstead(withoutFence),
    finds: /the plan on record is that of|no plan for it is on record|attempts? at this job|there is another event/,
  },
  {
    title: 'the time is not looked at right before a cancel',
    seed: 2,
    bent: {
      watch: (world) => {
        const late = { ...world, ...timeless(world) };
        return noDeadline.watch?.(late) ?? late;
      },
    },
    finds: /its time is over|the plan on record is that of|no plan for it is on record/,
  },
  {
    title: 'it cancels twice, to be sure',
    bent: inEngine({
      canceller: ({ cancel }) => ({
        cancel: async (job, budget) => {
          await cancel(job, budget);
          return cancel(job, budget);
        },
      }),
    }),
    finds: /was cancelled \d times, with \d intents?|number \d of its sweep|was not asked/,
  },
  {
    title: 'the attempts of the last hour are forgotten',
    seed: 2,
    bent: readsInstead((document) => ({ ...document, attempts: [] })),
    finds: /within an hour/,
  },
  {
    title: 'the breaker never opens',
    seed: 1,
    bent: goesBy((policy) => ({ ...policy, breaker: { ...policy.breaker, maxCancels: 1000 } })),
    finds: /the breaker should have opened/,
  },
  {
    title: 'freezes are not kept',
    bent: goesBy((policy) => ({ ...policy, freezes: [] })),
    finds: /the policy in force cancels nothing/,
  },
  {
    title: 'protection and exemptions are not kept',
    bent: goesBy((policy) => ({ ...policy, exemptions: [], protect: { ...policy.protect, principals: [] } })),
    finds: /no policy may ever cancel it/,
  },
  {
    title: 'no receipt names a job',
    bent: watching(() => ({
      receipts: { get: async (noticeId) => ({ noticeId, how: 'delivered', atMs: 0, cases: [], notReached: [] }) },
    })),
    finds: /still runs/,
  },
  {
    title: 'a grace counts from no receipt at all',
    bent: goesBy((policy) => ({ ...policy, rules: policy.rules.map((rule) => ({ ...rule, graceMs: 0 })) })),
    finds: /its grace is not over/,
  },
  {
    title: 'nobody compares the clocks',
    bent: inEngine({ source: (source) => ({ ...source, clockSkewMs: () => 0 }) }),
    finds: /the clocks are too far apart/,
  },
  {
    title: 'outcomes are published twice, under another id',
    bent: inTrail((events) =>
      events.flatMap((event) =>
        event.type.includes('cancel.') ? [event, { ...event, id: `${event.id}-2` }] : [event],
      ),
    ),
    finds: /was published and is not on record/,
  },
  {
    title: 'what was refused passes for published',
    bent: inTrail((events) => events.slice(0, -1)),
    finds: /has the numbers|never says what came of it|no receipt|never arrived/,
  },
  {
    title: 'an outcome gets a new time whenever it is published',
    bent: inTrail((events) => events.map((event) => ({ ...event, time: new Date(0).toISOString() }))),
    finds: /was published and is not on record/,
  },
  {
    title: 'notify sends without a claim',
    bent: {
      notify: (ports) => ({
        ...ports,
        claims: {
          ...ports.claims,
          claim: async (noticeId, receiver) => {
            const lease = { noticeId, receiver, token: 'none', untilMs: ports.now() + 90_000 };
            return { kind: 'mine', lease };
          },
        },
      }),
    },
    finds: /arrived \d times/,
  },
  {
    title: 'notify writes no receipt',
    bent: { notify: (ports) => ({ ...ports, receipts: { ...ports.receipts, put: async () => undefined } }) },
    finds: /has no receipt/,
  },
  {
    title: 'notify keeps no dead letter',
    bent: { notify: (ports) => ({ ...ports, deadLetters: undefined }) },
    finds: /is lost: no dead letter/,
  },
];
