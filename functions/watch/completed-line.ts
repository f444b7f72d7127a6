import type { LogEntry } from '../log.ts';
import type { TargetReport } from './sight.ts';
import type { Summary } from './summary.ts';

/** So many of a list are in the line, the troubled ones first; how many there are in all is there as well. */
const maxNamed = 50;
const maxSentence = 500;

const isWell = (target: TargetReport) => target.complete && target.redacted === 0 && target.unreadable.length === 0;

function targetsIn(targets: readonly TargetReport[]) {
  const troubledFirst = targets.toSorted((a, b) => Number(isWell(a)) - Number(isWell(b)));
  return troubledFirst.slice(0, maxNamed).map(({ unreadable, unreachable, failed, ...target }) => ({
    ...target,
    unreadable: unreadable.length,
    unreachable: unreachable.length,
    ...(failed !== undefined && { failed: failed.slice(0, maxSentence) }),
  }));
}

/** Rules with the most to say: those over their limit, and those that cannot be told. */
function rulesIn(rules: Summary['rules']) {
  const byWeight = Object.entries(rules).toSorted(([, a], [, b]) => b.over - a.over || b.unknown - a.unknown);
  return Object.fromEntries(byWeight.slice(0, maxNamed * 2));
}

function sentenceOf({ status, jobsSeen, targets, quiet = 0, outcomes }: Summary): string {
  const did = Object.entries(outcomes).map(([word, count]) => `${count} ${word}`);
  const said = did.length === 0 ? 'nothing to do' : did.join(', ');
  const left = quiet === 0 ? '' : `, ${quiet} quiet ones left out`;
  return `Sweep ${status}: ${jobsSeen} jobs in ${targets.length} targets${left}, ${said}.`;
}

const severities = { ok: 'INFO', degraded: 'WARNING', failed: 'ERROR' } as const;

/**
 * The one line that ends every sweep, with everything that is counted. It is always short enough for a log entry: alerts
 * look for it.
 */
export function completedLine(summary: Summary): LogEntry {
  const { status, mode, targets, rules, troubles, policy } = summary;
  return {
    ...summary,
    targets: targetsIn(targets),
    targetsInAll: targets.length,
    rules: rulesIn(rules),
    troubles: troubles.slice(0, maxNamed).map((says) => says.slice(0, maxSentence)),
    troublesInAll: troubles.length,
    policy: { ...policy, problems: policy.problems.slice(0, maxNamed) },
    severity: severities[status],
    message: sentenceOf(summary),
    event: 'sweep.completed',
    'logging.googleapis.com/labels': { status, mode },
  };
}
