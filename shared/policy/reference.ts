import { codeGroups } from './codes.ts';
import { lintCodes } from './lint/codes.ts';
import type { Code } from './code.ts';
import { policyJsonSchema } from './json-schema.ts';
import { keySections, valueSections } from './reference-keys.ts';
import { aboutProblems, introduction, findingsIntroduction } from './reference-text.ts';

/** The text of `policy.schema.json`. */
export function schemaFile(): string {
  return `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
}

function problemSection([code, { means, wrong, right }]: [string, Code]): string {
  const examples = [wrong === undefined ? '' : `Wrong: \`${wrong}\``, right === undefined ? '' : `Right: \`${right}\``];
  const example = examples.filter((text) => text !== '').join('. ');
  return `#### ${code}\n\n${means}${example === '' ? '' : `\n\n${example}.`}\n`;
}

function problems(): string {
  const groups = Object.entries(codeGroups).map(([title, codes]) =>
    [`### ${title}\n`, ...Object.entries(codes).map(problemSection)].join('\n'),
  );
  return [aboutProblems, ...groups].join('\n');
}

/** What `check` finds in a policy that loads, by code. */
function findings(): string {
  const groups = Object.entries(lintCodes).map(([title, codes]) =>
    [`### ${title}\n`, ...Object.entries(codes).map(problemSection)].join('\n'),
  );
  return `${findingsIntroduction}\n${groups.join('\n')}`;
}

/** The text of the reference, `README.md`: what a policy means, every key, every kind of value, every problem. */
export function referencePage(): string {
  const schema = policyJsonSchema();
  return [introduction, keySections(schema), valueSections(schema), problems(), findings()].join('\n');
}
