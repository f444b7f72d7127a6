/** The person or team that answers for a job, and how it was found. */
export interface Owner {
  /** An e-mail address, a team's name, or the word that names the fallback. */
  readonly name: string;
  readonly kind: 'person' | 'team' | 'fallback';
  /** The step of the policy's `owners` that won, e.g. `label owner`, `principal pattern`, `fallback`. */
  readonly foundBy: string;
  /** Where to reach them; empty when the policy names no way at all. */
  readonly reach: Contact;
}

/** Ways to reach somebody. `slack` is a channel name or id; `email` an address. */
export interface Contact {
  readonly slack?: string;
  readonly email?: string;
}
