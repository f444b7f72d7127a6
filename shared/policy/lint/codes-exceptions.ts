/** Findings about what keeps jobs from being cancelled, or messages from being sent. */
export const aboutExceptions = {
  expired: {
    severity: 'warning',
    means: 'An exemption, freeze or silence whose last day is over. What it kept is no longer kept.',
  },
  'expires-soon': {
    severity: 'note',
    means: 'An exemption ends within 14 days, or a silence within 3.',
  },
  'expires-far': {
    severity: 'note',
    means: 'An exemption for more than a year is hardly looked at again. What is meant for good belongs under protect.',
    wrong: 'expires: 2099-12-31',
    right: 'expires: 2027-01-31',
  },
  'covers-everything': {
    severity: 'warning',
    means:
      'An exemption, protection, opt-out or silence that is about every job, or about all but a few: nothing is cancelled, or nothing is said, any more.',
    wrong: 'exemptions: [{ match: { principal: "*" }, … }]',
    right: 'exemptions: [{ match: { principal: "@finance-batch" }, … }]',
  },
  'covered-twice': {
    severity: 'warning',
    means: 'Another exemption, freeze, silence or protection already covers all of this one, for at least as long.',
  },
  'exempts-from-nothing': {
    severity: 'warning',
    means: 'An exemption keeps jobs from being cancelled, and the rule that it names never cancels.',
  },
  'rule-exempt': {
    severity: 'warning',
    means: 'Every job that this cancel rule matches is exempt or protected, so that it never cancels anything.',
  },
  'ceiling-too-low': {
    severity: 'warning',
    means: 'Whoever is over the limit of a cancel rule is over this ceiling as well: nothing is ever kept.',
    wrong: '{ limit: { runTime: 2h } } with optOut: { upTo: { runTime: 1h } }',
    right: 'optOut: { upTo: { runTime: 6h } }',
  },
  'freezes-everything': {
    severity: 'note',
    means: 'The freeze has no match, or one that takes in every job: nothing at all is cancelled while it lasts.',
  },
  'freeze-long': {
    severity: 'warning',
    means: 'A freeze for more than 60 days, or for nearly every working day, is an exemption without an end.',
  },
} as const;
