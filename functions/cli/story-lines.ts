import { eventName } from '../../shared/audit/event.ts';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { attemptsUsed } from '../../shared/ledger/case.ts';
import type { Case } from '../../shared/ledger/document.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { Line } from './command.ts';
import { momentWords } from './moments.ts';
import type { Step } from './story-events.ts';
import { plain } from './verdict-lines.ts';

/** A story with what else is known of it. `policies`: those of that time by the hash of their text; undefined: not known any more. */
export interface Story {
  readonly steps: readonly Step[];
  readonly known: Case | undefined;
  readonly policies: ReadonlyMap<string, Policy | undefined>;
  /** The policy as it is now. */
  readonly today: Policy | undefined;
}

const at = (time: string) => momentWords(Date.parse(time), 'UTC');

function stepLines({ type, time, data }: Step): readonly Line[] {
  const { rule, outcome, heldBack, attempt } = data;
  const did = outcome === null ? '' : ` ${outcome.did}: ${plain(outcome.why)}`;
  const held = heldBack === null ? '' : ` Held back by ${heldBack.by}: ${plain(heldBack.why)}`;
  const often = attempt > 1 ? ` (attempt ${attempt})` : '';
  return [
    [`${at(time)}  `, { text: `${eventName(type)}${often}`, as: 'strong' }],
    `    rule ${plain(rule.name)} (${rule.action}): ${plain(rule.because)}.${held}${did}`,
  ];
}

function measuredLines({ data }: Step): readonly Line[] {
  return data.rule.measured.map(({ metric, unit, value, threshold }) => {
    const words = (amount: number) => (unit === 'ms' ? formatDuration(amount) : `${amount} ${unit}`);
    return `    ${metric}: ${value === null ? 'unknown' : words(value)}, limit ${words(threshold)}`;
  });
}

/** What the rule of a step was at that time, against what it is today. */
function ruleLine({ data }: Step, { policies, today }: Story): Line {
  const { sha256 } = data.policy;
  const version = `version ${plain(sha256.slice(0, 12))} of ${plain(data.policy.where)}`;
  const then = policies.get(sha256)?.rules.find(({ name }) => name === data.rule.name);
  const now = today?.rules.find(({ name }) => name === data.rule.name);
  const said = then?.description === undefined ? '' : ` ${plain(then.description)}`;
  if (then === undefined)
    return `    ${version}, which is not kept any more: what the events say of it is all there is.`;
  if (now === undefined) return `    ${version}.${said} The policy of today has no such rule.`;
  const isSame = JSON.stringify(then) === JSON.stringify(now);
  return `    ${version}.${said} ${isSame ? 'The rule is the same today.' : 'The rule is another today: jobwarden diff says how.'}`;
}

function modeLine({ data }: Step): Line {
  const { setting, policy, target, rule, effective } = data.mode;
  return `    mode ${effective}: setting ${setting}, policy ${policy}, target ${target}, rule ${rule}`;
}

/** What the ledger still knows: how the case stands, and who was told. */
function caseLines({ known }: Story): readonly Line[] {
  if (known === undefined) return [];
  const told = Object.entries(known.told).map(([rule, { noticeId, atMs, receipt }]) => {
    const how = receipt === undefined ? 'no receipt so far' : `${receipt.how} ${momentWords(receipt.atMs, 'UTC')}`;
    return `    told of rule ${plain(rule)} ${momentWords(atMs, 'UTC')} by ${plain(noticeId)}: ${how}`;
  });
  const used = attemptsUsed(known);
  const attempts = `${used} ${used === 1 ? 'attempt' : 'attempts'} to cancel`;
  return ['', [{ text: 'In the ledger', as: 'strong' }], `    ${known.state}, ${attempts}`, ...told];
}

function endLine({ data }: Step): readonly Line[] {
  const { result, spent } = data;
  if (result === null) return [];
  const cost = spent.costUsd === undefined ? '' : `, about ${spent.costUsd.toFixed(2)} USD`;
  const time = spent.runTimeMs === undefined ? '' : ` after ${formatDuration(spent.runTimeMs)}`;
  return [`The job ${result.how}${time}${cost}.`];
}

/** The story for people: who, what happened step by step, and under which policy. */
export function storyLines(story: Story): readonly Line[] {
  const last = story.steps.at(-1);
  if (last === undefined) return [];
  const { job, ranBy, owner } = last.data;
  const answers = owner === null ? 'nobody was looked for' : `${plain(owner.name)} (${plain(owner.foundBy)})`;
  return [
    [
      { text: plain(job.name), as: 'strong' },
      `, run by ${plain(ranBy.principal ?? 'nobody known')}; its owner: ${answers}`,
    ],
    '',
    ...story.steps.flatMap(stepLines),
    ...endLine(last),
    '',
    [{ text: 'Under the policy of that moment', as: 'strong' }],
    ruleLine(last, story),
    modeLine(last),
    ...measuredLines(last),
    ...caseLines(story),
  ];
}
