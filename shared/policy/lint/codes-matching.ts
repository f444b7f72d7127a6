/** Findings about which jobs a rule is about, and which it can touch. */
export const aboutMatching = {
  'reaches-writes': {
    severity: 'warning',
    means:
      'A cancel rule names statements or jobs that change data, or a pattern that takes them in. A cancelled write may leave a pipeline half done; a rule that names no statementType reaches SELECT only.',
    wrong: 'statementType: "*"',
    right: 'statementType: [SELECT]',
  },
  'reaches-nothing': {
    severity: 'warning',
    means:
      'A cancel rule that names no statementType or jobType reaches SELECT queries only, and this one takes those out: it can cancel nothing. To reach other work, name it.',
    wrong: '{ statementType: "!SELECT", action: cancel }',
    right: '{ statementType: [CREATE_TABLE_AS_SELECT], action: cancel }',
  },
  'matches-nothing': {
    severity: 'warning',
    means:
      'A value that no engine uses, a pattern that nothing here can match, a negation that takes nothing out, or keys that contradict each other.',
    wrong: 'client: "!metabse"',
    right: 'client: "!metabase"',
  },
  'field-never-there': {
    severity: 'warning',
    means:
      'The jobs that are meant never have this field, so nothing ever matches. Only queries have a statementType and a priority in BigQuery.',
    wrong: '{ jobType: load, priority: batch }',
    right: '{ jobType: load }',
  },
  'field-partly-there': {
    severity: 'note',
    means: 'Some of the kinds of jobs that are named never have this field, so that for them nothing ever matches.',
    wrong: '{ jobType: [query, load], priority: batch }',
    right: '[{ jobType: query, priority: batch }, { jobType: load }]',
  },
  'absence-satisfies': {
    severity: 'note',
    means:
      'A label with negated values only also holds for jobs that do not have the label at all. Often that is what is meant; where it is not, ask for presence.',
    wrong: 'env: "!prod"',
    right: 'env: [present, "!prod"]',
  },
  'rule-shadowed': {
    severity: 'warning',
    means:
      'Whenever this rule applies, another one applies as well and wins: it is more severe, or as severe and earlier. Nothing is ever decided by this rule.',
    wrong: 'two rules for the same jobs: cancel over 30m, then warn over 1h',
    right: 'warn over 30m, cancel over 1h',
  },
  'duplicate-rule': {
    severity: 'warning',
    means: 'A rule with the same match, limits and action stands further up, so this one never decides anything.',
  },
  'rule-overridden': {
    severity: 'warning',
    means:
      'Another rule sets this one aside for every job it could match: overrides asks only for the match, not whether the limit has passed.',
    wrong: '{ name: night, overrides: [huge-scans] }',
    right: '{ name: night, match: { client: dbt }, overrides: [huge-scans] }',
  },
} as const;
