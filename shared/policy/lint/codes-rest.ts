/** Findings about names, routes, owners, targets, bounds and prices. */
export const aboutTheRest = {
  'group-without-at': {
    severity: 'warning',
    means: 'A value is spelled like a group, but without the @ it is only a word.',
    wrong: 'principal: finance-batch',
    right: 'principal: "@finance-batch"',
  },
  'group-unused': { severity: 'note', means: 'No pattern uses this group.' },
  'team-unused': { severity: 'note', means: 'No step of owners can find this team.' },
  'channel-unused': { severity: 'note', means: 'No route sends anything through this channel.' },
  'route-unreachable': {
    severity: 'warning',
    means: 'A route further up takes every notice that this one is about, and does not say continue.',
    wrong: '[{ to: [owner] }, { match: { action: cancel }, to: [operators] }]',
    right: '[{ match: { action: cancel }, to: [operators] }, { to: [owner] }]',
  },
  'owner-unreachable': {
    severity: 'warning',
    means: 'A pattern further up covers this one, and the first that holds wins.',
    wrong: '{ "*@example.com": everybody, "etl@example.com": data-platform }',
    right: '{ "etl@example.com": data-platform, "*@example.com": everybody }',
  },
  'target-twice': {
    severity: 'warning',
    means: 'The same place is named twice. It is looked at once, and the softer mode of the two counts.',
  },
  'breaker-always-open': {
    severity: 'warning',
    means: 'The breaker holds back even a single cancel, always or whenever few jobs run.',
    wrong: 'breaker: { maxCancels: 0 }',
    right: 'mode: observe',
  },
  'breaker-too-wide': {
    severity: 'warning',
    means: 'The breaker would open only after hardly anything is left that runs.',
    wrong: 'breaker: { maxShare: 100% }',
    right: 'breaker: { maxShare: 25% }',
  },
  'budget-zero': {
    severity: 'warning',
    means: 'A budget of 0 lets no cancel through, and there are rules that cancel.',
    wrong: 'budget: { perSweep: 0 }',
    right: 'mode: observe',
  },
  'budget-too-wide': {
    severity: 'warning',
    means: 'A sweep lasts less than a minute: it cannot attempt so many cancels and prove each of them.',
    wrong: 'budget: { perSweep: 1000 }',
    right: 'budget: { perSweep: 5 }',
  },
  'budget-idle': {
    severity: 'note',
    means: 'Another bound is reached first, so that this number never counts.',
    wrong: 'breaker: { maxCancels: 3 } and budget: { perSweep: 5 }',
    right: 'breaker: { maxCancels: 20 } and budget: { perSweep: 5 }',
  },
  'price-odd': {
    severity: 'warning',
    means: 'Far from every list price: a TiB costs about 5 to 12 USD, an hour of one slot about 0.03 to 0.15 USD.',
    wrong: 'onDemandPerTiB: { EU: 0.00625 USD }',
    right: 'onDemandPerTiB: { EU: 6.25 USD }',
  },
  'allow-unknown': {
    severity: 'warning',
    means: 'A comment allows a finding that does not exist, or is not written the way it is read.',
    wrong: '# jobwarden: allow reach-writes',
    right: '# jobwarden: allow reaches-writes, because the loads can be repeated',
  },
  'allow-unused': {
    severity: 'note',
    means: 'A comment allows a finding that its line, or the line below it, does not have.',
  },
} as const;
