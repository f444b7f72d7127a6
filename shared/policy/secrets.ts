/** Every length is bounded: what stands in a policy may be made to keep a search without bounds busy. */
const forms = [
  /xox[a-z]-[\w-]{4,500}/gi,
  /xapp-[\w-]{4,500}/gi,
  /https?:\/\/(hooks\.slack\.com|chat\.googleapis\.com|[\w.-]{0,100}webhook\.office\.com|[\w.-]{0,100}\.logic\.azure\.com)(?::\d{1,5})?\/[^\s"']{0,2000}/gi,
  /https?:\/\/[^\s"']{0,500}[?&](sig|token|key|secret)=[^\s"']{0,2000}/gi,
  /\b(smtps?|https?):\/\/[^\s/:@"']{1,200}:[^\s/@"']{1,200}@[^\s"']{0,500}/gi,
  /-----BEGIN [A-Z ]{1,40}-----/g,
  /\bwhsec_[\w+/=]{8,500}/g,
];

/** Whether a text holds something that looks like a token, a webhook's address or a private key. */
export function looksSecret(text: string): boolean {
  return forms.some((form) => text.search(form) >= 0);
}

/** The text with everything that looks like a secret replaced by as many bullets, so that columns stay. */
export function maskSecrets(text: string): string {
  return forms.reduce((masked, form) => masked.replace(form, (secret) => '•'.repeat(secret.length)), text);
}
