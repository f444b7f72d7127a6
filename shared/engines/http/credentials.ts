import type { CallBudget } from '../engine.ts';
import { unlessAborted } from './abort.ts';
import type { HttpCall } from './client.ts';

/** Headers that show who is calling. */
export type Proof = Readonly<Record<string, string>>;

/** Who calls. */
export interface Credentials {
  /** The headers for this call. Asked for at every attempt, so that a signature is never old. */
  proofOf(call: HttpCall, budget: CallBudget): Promise<Proof>;
  /** The service refused this proof with a 401. True when the next proof will be a new one. */
  renew?(refused: Proof): boolean;
}

/** A token and when it ends (epoch ms); without an end it is used until it is refused. */
export interface Token {
  readonly text: string;
  readonly endsAtMs?: number | undefined;
}

/** How long a request for a token may take, however long its caller would wait. */
const tokenMs = 10_000;

/**
 * Credentials that show a token: it is fetched when it is first needed, once for all who wait for it, and again
 * `earlyMs` before it ends or once it was refused. `write` puts it into headers.
 */
export function tokenCredentials(about: {
  readonly fetchToken: (budget: CallBudget) => Promise<Token>;
  readonly write: (token: string) => Proof;
  readonly now: () => number;
  readonly earlyMs: number;
}): Credentials {
  let held: { readonly token: Promise<Token>; endsAtMs: number; proof?: Proof } | undefined;
  const fetchAnew = () => {
    const budget = { untilMs: about.now() + tokenMs, signal: AbortSignal.timeout(tokenMs) };
    const fresh: typeof held = { token: about.fetchToken(budget), endsAtMs: Infinity };
    held = fresh;
    fresh.token.then(
      ({ endsAtMs }) => void (fresh.endsAtMs = endsAtMs ?? Infinity),
      () => void (held === fresh && (held = undefined)),
    );
    return fresh;
  };
  return {
    async proofOf(_, { signal }) {
      const current = held !== undefined && about.now() < held.endsAtMs - about.earlyMs ? held : fetchAnew();
      const { text } = await unlessAborted(current.token, signal);
      // One object for all who waited: `renew` tells by it whether the proof that was refused is the present one.
      current.proof ??= about.write(text);
      return current.proof;
    },
    renew(refused) {
      // Another call may have renewed it meanwhile: then the next proof is new already.
      if (held?.proof === refused) held = undefined;
      return true;
    },
  };
}
