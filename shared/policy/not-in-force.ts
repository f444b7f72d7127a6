import { each, placesAt } from './places.ts';
import type { Finding } from './lines.ts';

interface Row {
  readonly at: readonly (string | typeof each)[];
  readonly says: string;
}

/**
 * The keys that are accepted and checked but not yet acted on, one row each. Work that brings a key to life removes its
 * row; nothing else needs to change.
 */
const rows: readonly Row[] = [
  { at: ['optOut', 'perOwnerPerDay'], says: 'How often an owner keeps a job is not counted yet.' },
];

/** The rows as the reference lists them: the key, as in `rules[].retries`, and what happens instead. */
export function notInForceYet(): { readonly key: string; readonly says: string }[] {
  return rows.map(({ at, says }) => ({
    key: at
      .map((step) => (step === each ? '[]' : `.${step}`))
      .join('')
      .slice(1),
    says,
  }));
}

/** The keys of a policy, as it is written, that this version does not act on: notes, with what happens instead. */
export function notInForce(written: unknown): Finding[] {
  return rows.flatMap(({ at, says }) =>
    placesAt(written, at).map(({ path }) => ({
      path,
      part: 'key',
      severity: 'note',
      fault: {
        code: 'not-in-force',
        says: `Not in force in this version: ${says}`,
        try: 'Leave it in, or remove it until it is.',
      },
    })),
  );
}
