/** What stands in the place of a project that is not named. */
export const exampleProject = 'my-project';

const template = `# yaml-language-server: $schema=./policy.schema.json
#
# A policy for Jobwarden. It only observes: nothing is cancelled, and the operators hear what would have been done.
#
#   jobwarden check policy.yaml             is it right?
#   jobwarden sweep --policy policy.yaml    what would it do now?
#   jobwarden schema > policy.schema.json   completion in editors, by the first line
#
# Quote what begins with ! * @ or &. Times: 90s, 30m, 6h. Sizes: 500 GB, 5 TiB. Money: 50 USD.

version: 1
mode: observe                   # the ceiling; enforce allows rules to act, and each still has to say it for itself
timezone: UTC                   # of dates and hours, such as Europe/Berlin

# Those who run Jobwarden: they hear what would have been done, and of everything that goes wrong.
operators: { slack: "CHANNEL" }

targets:
  - engine: bigquery
    projects: [PROJECTS]

# All rules are looked at; the most severe action wins: cancel before warn before record.
rules:
  - name: long-queries
    description: Most queries take seconds. One that runs for an hour is worth a question to its author.
    match: { jobType: query }
    limit: { runTime: 1h }
    action: warn

  - name: huge-scans
    description: Nobody here reads this much in one query on purpose.
    match: { billing: on-demand, statementType: [SELECT] }    # without statementType a cancel reaches SELECT only, too
    limit: { bytesEstimated: 50 TiB, bytesProcessed: 50 TiB, costSoFar: 300 USD }    # passing any one of them counts
    grace: none                 # or a time between telling the owner and the cancel, such as 10m
    action: cancel              # observed only, until this rule and the policy say mode: enforce
    mode: observe

  - name: stuck-in-the-queue
    description: Whoever waits for so long should know, and may ask for more slots.
    match: { jobType: query }
    limit: { queueTime: 30m }
    action: warn

# Who answers for a job: its label, else the person who ran it. Service accounts are best given to teams.
owners:
  labels: [owner, team]
# domains: [example.com]                                  # identities of these domains are people, told by direct message
# principals: { "etl@*": data-platform }                  # identity → team; the first pattern that holds wins
# teams: { data-platform: { slack: "#data-platform" } }
  fallback: { slack: "CHANNEL" }

# When a rule enforces, these keep it in bounds. The defaults:
breaker: { maxCancels: 20, maxShare: 25%, minJobs: 10 }   # more than this in one sweep, and nothing is cancelled at all
budget: { perSweep: 5 }                                   # cancels attempted in one sweep, the costliest job first

# Jobs that are never cancelled, for a reason and until a day:
# exemptions:
#   - match: { principal: "close-*@finance.iam.gserviceaccount.com" }
#     reason: year-end close
#     approvedBy: cfo@example.com
#     expires: 2027-01-31
`;

/**
 * A policy to begin with: it only observes, checks without a finding, and explains itself. It is text in a module and not
 * a file beside it, so that it is there wherever the program is.
 */
export function starterPolicy(projects: readonly string[], slack: string): string {
  return template.replaceAll('CHANNEL', () => slack).replace('PROJECTS', () => projects.join(', '));
}
