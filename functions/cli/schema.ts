import { referencePage, schemaFile } from '../../shared/policy/reference.ts';
import { policyJsonSchema } from '../../shared/policy/json-schema.ts';
import { usage } from './arguments.ts';
import type { Command, Given, Report } from './command.ts';

const help = `Usage: jobwarden schema [--reference]

Prints the JSON Schema of policies, for completion and checks in editors: save it, and let a policy begin with
  # yaml-language-server: $schema=./policy.schema.json

Options:
  --reference       print the reference instead (Markdown): what a policy means, every key, every kind of value,
                    and every finding by its code

Examples:
  jobwarden schema > policy.schema.json
  jobwarden schema --reference | less
`;

const linesOf = (text: string) => text.replace(/\n$/, '').split('\n');

async function run({ values, files }: Given): Promise<Report> {
  if (files.length > 0) {
    const problem = usage('unexpected-file', 'schema takes no file.', 'Write jobwarden schema > policy.schema.json.');
    return { status: 'cannot-run', problems: [problem], text: [], data: {} };
  }
  const reference = values['reference'] === true;
  const text = reference ? referencePage() : schemaFile();
  const data = reference ? { reference: text } : { schema: policyJsonSchema() };
  return { status: 'fine', problems: [], text: linesOf(text), data };
}

/** `jobwarden schema`: the JSON Schema of policies, or their reference. */
export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of policies, or their reference',
  help,
  options: { reference: { type: 'boolean' } },
  run,
};
