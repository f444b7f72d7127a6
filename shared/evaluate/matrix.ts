import { formatQuantity } from '../jobs/quantity.ts';
import { metrics, type Action, type Mode } from '../jobs/verdict.ts';
import type { Limit } from '../policy/limits.ts';
import { compileValues, groupName } from '../policy/pattern.ts';
import { namedTargets, type Compiled, type CompiledRule } from './compile.ts';
import { softestOf } from './evaluate.ts';
import type { BlockMatcher, KeyTest } from './matchers.ts';
import { activeWords } from './trace-rule.ts';
import { every, not, some, type Truth } from './truth.ts';

/** One rule that holds for a kind of job. `where` empty: for all of it; else only where all of these hold as well. */
export interface MatrixEntry {
  readonly rule: string;
  readonly action: Action;
  readonly mode: Mode;
  readonly limit: string;
  readonly where: readonly string[];
}

/** What holds for kinds of jobs that are treated alike. `clients` has `other` for those that the policy does not name. */
export interface MatrixRow {
  readonly principalKinds: readonly string[];
  readonly clients: readonly string[];
  readonly projects: readonly string[];
  readonly entries: readonly MatrixEntry[];
}

interface Cell {
  readonly principalKind: string;
  readonly project: string;
  readonly client: string;
}

const kinds = ['person', 'serviceAccount', 'external'];
const otherClients = 'other';
const severity: Readonly<Record<Action, number>> = { cancel: 0, warn: 1, record: 2 };

/** A limit in words: `runTime 30 min or bytesProcessed 5.00 TiB`. */
export function limitWords({ how, of }: Limit): string {
  const numbers = metrics.flatMap((metric) => {
    const threshold = of[metric];
    return threshold === undefined ? [] : [`${metric} ${formatQuantity(metric, threshold)}`];
  });
  return numbers.join(how === 'all' ? ' and ' : ' or ');
}

function clientsOf({ rules, policy }: Compiled): readonly string[] {
  const blocks = rules.flatMap(({ match }) => match.flatMap((block) => [block, ...block.unless]));
  const written = blocks.flatMap(({ keys }) =>
    keys.filter(({ key }) => key === 'client').flatMap(({ wants }) => wants),
  );
  const plain = written.flatMap((want) => policy.groups[groupName(want) ?? ''] ?? [want.replace(/^!/, '')]);
  return [...new Set(plain.filter((word) => /^[a-z][\w-]*$/.test(word)))].sort().concat(otherClients);
}

/** A key held against a kind of job: only what makes the kind is known. */
function truthOf(
  { key, wants }: KeyTest,
  { principalKind, project, client }: Cell,
  groups: Compiled['policy']['groups'],
): Truth {
  const holds = compileValues(wants, { groups });
  if (key === 'principalKind') return holds(principalKind);
  if (key === 'project') return holds(project);
  if (key === 'engine') return holds('bigquery');
  return key === 'client' ? holds(client === otherClients ? null : client) : undefined;
}

interface Held {
  readonly truth: Truth;
  readonly where: readonly string[];
}

const keyWords = ({ key, wants }: KeyTest) =>
  `${key} ${wants.map((want) => (/^[\w.-]+$/.test(want) ? want : JSON.stringify(want))).join(' or ')}`;

function holdBlock({ keys, unless }: BlockMatcher, cell: Cell, groups: Compiled['policy']['groups']): Held {
  const open = keys.filter((key) => truthOf(key, cell, groups) === undefined);
  const excepted = unless.map((block) => holdBlock(block, cell, groups));
  const truth = every([...keys.map((key) => truthOf(key, cell, groups)), not(some(excepted.map((one) => one.truth)))]);
  const spared = excepted.filter((one) => one.truth === undefined).map((one) => `not where ${one.where.join(' and ')}`);
  return { truth, where: [...open.map(keyWords), ...spared] };
}

const names = (values: readonly string[] | undefined) => values?.some((value) => !value.startsWith('!')) ?? false;

function holdRule({ rule, match }: CompiledRule, cell: Cell, groups: Compiled['policy']['groups']): Held {
  const all = match.map((matcher) => {
    const { truth, where } = holdBlock(matcher, cell, groups);
    const selectOnly = rule.action === 'cancel' && !names(matcher.block.statementType) && !names(matcher.block.jobType);
    return { truth, where: selectOnly ? [...where, 'SELECT only'] : where };
  });
  const possible = all.filter(({ truth }) => truth !== false);
  const whole = possible.find(({ truth, where }) => truth === true && where.length === 0);
  const [first] = possible;
  if (whole !== undefined || first === undefined) return { truth: some(all.map(({ truth }) => truth)), where: [] };
  const where = possible.length === 1 ? first.where : [possible.map((one) => one.where.join(' and ')).join('; or ')];
  return { truth: some(all.map(({ truth }) => truth)), where };
}

function entriesOf(compiled: Compiled, cell: Cell, target: Mode): readonly MatrixEntry[] {
  const { policy, deployment } = compiled;
  const found = compiled.rules.map((one) => ({ one, ...holdRule(one, cell, policy.groups) }));
  const overriding = found.filter(({ truth, one }) => truth !== false && one.rule.overrides.length > 0);
  const entries = found.flatMap(({ one: { rule }, truth, where }): MatrixEntry[] => {
    const over = overriding.filter(({ one }) => one.rule.overrides.includes(rule.name));
    const always = over.some((other) => other.truth === true && other.one.rule.active === undefined);
    if (truth === false || always) return [];
    const hours = rule.active === undefined ? [] : [`${activeWords(rule.active)} ${policy.timezone}`];
    const aside = over.map(({ one }) => `not where ${one.rule.name} matches`);
    const mode = softestOf({ setting: deployment.setting, policy: policy.mode, target, rule: rule.mode });
    const { name, action, limit } = rule;
    return [{ rule: name, action, mode, limit: limitWords(limit), where: [...where, ...hours, ...aside] }];
  });
  return entries.sort((a, b) => severity[a.action] - severity[b.action]);
}

/** Puts together what has the same value, in the order in which it was first seen. */
function alike<Item>(items: readonly Item[], value: (item: Item) => string): readonly (readonly [Item, ...Item[]])[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const known = groups.get(value(item));
    if (known === undefined) groups.set(value(item), [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

/**
 * Which limits hold for each kind of principal, client and project of the policy's targets, most severe first. Kinds that
 * are treated alike share a row. Nothing else of a job is known here: what depends on it stands in `where`.
 */
export function matrixOf(compiled: Compiled): readonly MatrixRow[] {
  const clients = clientsOf(compiled);
  const columns = kinds.flatMap((principalKind) =>
    namedTargets(compiled.policy).map(({ project, mode }) => {
      const cells = clients.map((client) => ({
        client,
        entries: entriesOf(compiled, { principalKind, project, client }, mode),
      }));
      return { principalKind, project, cells, gist: JSON.stringify(cells) };
    }),
  );
  const byProject = alike(columns, ({ principalKind, gist }) => principalKind + gist).map((group) => ({
    ...group[0],
    projects: group.map(({ project }) => project),
  }));
  return alike(byProject, ({ projects, gist }) => projects.join(' ') + gist).flatMap((group) =>
    alike(group[0].cells, ({ entries }) => JSON.stringify(entries)).map((cells) => ({
      principalKinds: group.map(({ principalKind }) => principalKind),
      clients: cells.map(({ client }) => client),
      projects: group[0].projects,
      entries: cells[0].entries,
    })),
  );
}
