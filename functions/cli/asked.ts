import type { Problem } from '../../shared/jobs/problem.ts';
import type { Mode } from '../../shared/jobs/verdict.ts';
import { compile, namedTargets, type Compiled, type FoundProjects } from '../../shared/evaluate/compile.ts';
import { costsOf } from '../../shared/evaluate/cost.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import type { Given, Outside, Report } from './command.ts';
import { momentForms, parseMoment } from './moments.ts';
import type { Read } from './policy-file.ts';

/** Under what a policy is looked at: the moment, and what the deployment adds. */
export interface Circumstances {
  readonly nowMs: number;
  readonly setting: Mode;
  /** Where the setting comes from, in words. */
  readonly settingFrom: string;
  readonly ownPrincipal: string | undefined;
}

/** The options that set the circumstances, for the commands that judge jobs. */
export const circumstanceOptions = {
  at: { type: 'string' },
  setting: { type: 'string' },
} as const;

/** How the options are explained in help. */
export const circumstanceHelp = `  --at TIME        judge as of this time (${momentForms}); default now
  --setting MODE   the deployment's setting, observe or enforce; default JOBWARDEN_MODE, else enforce`;

/** The value of an option that takes one; undefined when it was not given. */
export function optionOf(given: Given, name: string): string | undefined {
  const value = given.values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A report that says why a command could do nothing. */
export function cannotRun(problems: readonly Problem[]): Report {
  return { status: 'cannot-run', problems, text: [], data: { problems } };
}

const isMode = (word: string): word is Mode => word === 'observe' || word === 'enforce';

function settingOf(given: Given, outside: Outside): { setting: string; from: string } {
  const option = optionOf(given, 'setting');
  if (option !== undefined) return { setting: option, from: '--setting' };
  const variable = outside.env['JOBWARDEN_MODE'];
  if (variable !== undefined && variable !== '') return { setting: variable, from: 'JOBWARDEN_MODE' };
  return { setting: 'enforce', from: 'assumed; --setting and JOBWARDEN_MODE say otherwise' };
}

/** Reads the options and the environment. A time without a zone is in the policy's. */
export function circumstancesOf(given: Given, outside: Outside, timezone: string): Read<Circumstances> {
  const at = optionOf(given, 'at');
  const nowMs = at === undefined ? outside.now() : parseMoment(at, timezone);
  const { setting, from } = settingOf(given, outside);
  const problems: Problem[] = [];
  if (nowMs === undefined) problems.push(usage('bad-time', `"${at}" is not a time.`, `Write ${momentForms}.`));
  if (!isMode(setting))
    problems.push(usage('unknown-value', `"${setting}" is not a mode (${from}).`, 'Write observe or enforce.'));
  if (nowMs === undefined || !isMode(setting)) return { problems };
  const ownPrincipal = outside.env['JOBWARDEN_PRINCIPAL']?.toLowerCase();
  return { value: { nowMs, setting, settingFrom: from, ownPrincipal: ownPrincipal === '' ? undefined : ownPrincipal } };
}

/** A policy made ready to judge jobs under the circumstances. */
export function compiledFor(
  policy: Policy,
  { setting, ownPrincipal }: Pick<Circumstances, 'setting' | 'ownPrincipal'>,
  found: FoundProjects = {},
): Compiled {
  return compile(policy, { setting, ownPrincipal, found, costs: costsOf(policy.prices) });
}

/** The project of jobs that name none: the first that the policy's targets name. */
export function firstProject(policy: Policy): string {
  return namedTargets(policy)[0]?.project ?? 'example-project';
}
