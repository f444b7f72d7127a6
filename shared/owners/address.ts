/** Plain addresses only: no quotes, no display names, and none of what identities of other clouds look like. */
const form = /^[a-z0-9.!#$%&'*+=?^_`{|}~-]{1,64}@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/;
const longest = 254;

/** An address in small letters with its domain; undefined for any text that is none. */
export function addressOf(text: string): { readonly email: string; readonly domain: string } | undefined {
  const email = text.toLowerCase();
  const [, domain] = email.length > longest ? [] : (form.exec(email) ?? []);
  return domain === undefined ? undefined : { email, domain };
}
