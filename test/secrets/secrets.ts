/** What may stand in no log line, by what it is. All data of the tests is made up, so whatever looks like one is one. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ['a mail address or a principal', /[\w.+-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63})+/i],
  ['an identity of a workforce', /principal:\/\//],
  ['a token of Slack', /xox[a-z]-[\w-]/],
  ['an access token', /\bbearer\s+[\w.~+/=-]{8}|ya29\.|\bt1\.[\w.-]{20}/i],
  ['a signed token', /\beyJ[\w-]{8,}\.[\w-]{8,}/],
  ['a private key', /-----BEGIN|\bMII[\w+/]{40}/],
  ['the address of a webhook', /hooks\.slack\.com|\/services\/T\w|webhook\.office|[?&](?:key|token|sig)=\w/],
  ['the text of a query', /\bselect\b[\s\S]{1,200}?\bfrom\b\s*[`\w]|\b(?:insert|merge)\s+into\b/i],
  ['a planted secret', /planted-[a-z]+-7f3a/],
];

/** What a log line gives away, as `a mail address or a principal: sam@example.com`; empty for a good one. */
export function secretsIn(line: string): readonly string[] {
  return kinds.flatMap(([kind, pattern]) => {
    const [found] = pattern.exec(line) ?? [];
    return found === undefined ? [] : [`${kind}: ${found}`];
  });
}
