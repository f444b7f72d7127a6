import { formatQuantity } from '../../shared/jobs/quantity.ts';
import type { Answer, BlockTrace, KeyTrace } from '../../shared/evaluate/trace-match.ts';
import type { Fate, LimitTrace, RuleTrace } from '../../shared/evaluate/trace-rule.ts';
import type { Line, Span } from './command.ts';
import { table, type Cell } from './table.ts';
import { plain } from './verdict-lines.ts';

type Row = readonly Cell[];

const answerLooks: Readonly<Record<Answer, Span['as']>> = { yes: 'good', no: 'quiet', unknown: 'caution' };

const answer = (word: Answer): Span => ({ text: word, as: answerLooks[word] });

function keyRow(part: string, { key, found, wants, holds }: KeyTrace): Row {
  return [part, answer(holds), key, plain(found), `wants ${wants.map((want) => JSON.stringify(want)).join(' or ')}`];
}

function reachRow({ reach = [], reaches = 'yes' }: BlockTrace): Row[] {
  const stops = reach.filter((part) => part.holds !== 'yes');
  if (stops.length === 0)
    return reach.length === 0 ? [] : [['reach', answer(reaches), 'the rule may cancel this kind of job']];
  return stops.map((part) => ['reach', answer(part.holds), plain(part.why)]);
}

function blockRows(block: BlockTrace, part: string): Row[] {
  const unless = block.unless.flatMap((one, index) => {
    const name = block.unless.length === 1 ? 'unless' : `unless ${index + 1}`;
    return one.keys.map((key) => keyRow(name, key));
  });
  return [...block.keys.map((key) => keyRow(part, key)), ...unless, ...reachRow(block)];
}

function matchRows({ blocks }: RuleTrace): Row[] {
  const named = blocks.some(({ keys, unless }) => keys.length + unless.length > 0);
  const all = blocks.flatMap((block, index) => blockRows(block, blocks.length === 1 ? 'match' : `match ${index + 1}`));
  return named ? all : [['match', answer('yes'), 'every job'], ...all];
}

function limitRows(part: string, { how, measured }: LimitTrace): Row[] {
  const name = how === 'all' && measured.length > 1 ? `${part} (all)` : part;
  return measured.map(({ metric, value, threshold, over, why }) => {
    const state: Cell =
      over === undefined ? answer('unknown') : over ? { text: 'over', as: 'bad' } : { text: 'within', as: 'good' };
    const found =
      value === undefined ? (over === undefined ? 'not known' : 'does not count') : formatQuantity(metric, value);
    const line = `${part} ${formatQuantity(metric, threshold)}`;
    return [name, state, metric, found, why === undefined ? line : `${line}: ${why}`];
  });
}

function activeRows({ active }: RuleTrace): Row[] {
  return active === undefined ? [] : [['active', answer(active.now ? 'yes' : 'no'), active.says]];
}

const fates: Readonly<Record<Fate, Span>> = {
  wins: { text: 'gives the verdict', as: 'strong' },
  superseded: { text: 'superseded', as: 'caution' },
  'set-aside': { text: 'set aside', as: 'caution' },
  'does-not-apply': { text: 'does not apply', as: 'quiet' },
};

/** A line moved to the right. */
export function indented(line: Line, by: string): Line {
  return typeof line === 'string' ? by + line : [by, ...line];
}

/** Rows of unlike length share their first columns; each is drawn as a table without headings. */
function drawn(rows: readonly Row[]): Line[] {
  const [, ...lines] = table(['', '', '', '', ''], rows, 40);
  return lines.map((line) => indented(line, '    '));
}

/** One rule: its fate with the sentence that matters, then what was asked of the job, row by row. */
export function ruleLines(rule: RuleTrace): readonly Line[] {
  const { warnAt } = rule;
  const rows = [
    ...matchRows(rule),
    ...activeRows(rule),
    ...(warnAt === undefined ? [] : limitRows('warnAt', warnAt)),
    ...limitRows('limit', rule.limit),
  ];
  const head = [
    '  ',
    { text: rule.rule, as: 'strong' as const },
    ` (${rule.action}, ${rule.mode}): `,
    fates[rule.fate],
  ];
  return [head, `    ${plain(rule.says)}`, ...drawn(rows), ''];
}
