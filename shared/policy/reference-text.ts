/** What the reference says before its tables. */
export const introduction = `# The policy language

A policy says where to look for jobs, which of them are too much, and what happens then. It is one YAML file that is read
again at each sweep. A file with a mistake never takes effect, not even in part: the last good one stays, and nothing is
cancelled by it until the mistake is corrected.

This page is generated from the schema by \`UPDATE=1 npx vitest run test/policy/generated.test.ts\`. Editors that know JSON
Schema complete and check policies with this first line in the file:

\`\`\`yaml
# yaml-language-server: $schema=https://…/shared/policy/policy.schema.json
\`\`\`

## A first policy

\`\`\`yaml
version: 1
operators: { slack: "#data-cost" }
targets:
  - engine: bigquery
    projects: [analytics-prod]
rules:
  - name: long-queries
    match: { principal: "*@example.com" }
    limit: { runTime: 30m }
    action: warn
\`\`\`

Nothing in it says \`enforce\`, so it only observes: the operators hear what it would have done.

## What a policy means

**Matching.** All keys of a block must hold. A key takes one value or a list; any positive entry may hold, and no negated one
(\`"!x"\`) may fail. A list of blocks is an "or". \`unless\` takes jobs out again.

**Three values.** Each test is true, false or unknown. A field that the engine did not supply, or that is hidden from
Jobwarden, is unknown; that is not the same as absent. A rule applies only when its match is true, its unless is false and
its limit is true. An exemption, protection or freeze that is unknown holds a cancel back. Unknown never leads to a cancel.

**Limits.** Over means strictly greater. Several numbers in a limit: passing any one counts; inside \`all: {...}\` every one must
be passed. What is measured so far (\`bytesProcessed\`, \`slotHours\`, \`costSoFar\`) is a lower bound of what it will be.

**Which rule wins.** All rules are looked at. The most severe action wins: cancel before warn before record. Ties go to the rule
that stands first; the others are recorded as superseded. \`overrides\` sets the named rules aside for the jobs a rule matches.

**Reach.** A cancel rule that names no \`statementType\` reaches \`SELECT\` queries only, and other kinds of jobs only when \`jobType\`
names them. Continuous queries and Jobwarden itself are never cancelled unless a rule names them.

**Mode.** The softest of four counts: the deployment's setting, the policy, the target, the rule. A rule that does not say
\`enforce\` observes.

**Grace.** The owner is told when \`warnAt\` passes, or the limit where there is no \`warnAt\`. The cancel comes when the limit has
passed and the grace after the telling is over, whichever is later.

**Case.** It counts, in keys and in values. Only principals are compared in lower case.

## How a file is read

YAML 1.2: \`yes\`, \`no\` and \`on\` are text, \`true\` and \`false\` are not. At most 256 KiB, 500 rules and 32 levels. Aliases, anchors,
tags, merges, second documents and keys that stand twice are refused. All mistakes are reported at once, each with its line,
what is wrong and what to write instead; the codes are explained [below](#problems). A policy in a file is best written
elsewhere and renamed into place, so that no half of it is ever read.
`;

/** What the reference says before the list of problems. */
export const aboutProblems = `## Problems

Errors keep a policy from taking effect. Warnings and notes do not.
`;

/** What stands above the findings of `check`. */
export const findingsIntroduction = `## Findings

A policy that loads may still not say what was meant. \`jobwarden check\` looks for that; each finding is a warning
(probably not what was meant) or a note (what a line means, or what will soon be due). One that is meant can be let pass by
a comment at the end of its line or above it, with the reason:

\`\`\`yaml
    match: { jobType: [load] }    # jobwarden: allow reaches-writes, because these loads can be started again
\`\`\`
`;
