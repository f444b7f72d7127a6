import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { printer } from './print.ts';
import { runBenches, type Show } from './run.ts';

const names = benches.map(({ name }) => name);
const usage = `npm run bench -- [--full] [--json] [--only NAME]

Measures what the product promises to be fast at: each figure against a peer or a floor
in the same run. Only ratios (×) mean anything on another machine.

  --full        more rounds, and more jobs for the slow peers; some minutes
  --json        rows {id, what, value, goal, met} on standard output
  --only NAME   one group of figures: ${names.join(', ')}
`;

const options = {
  full: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  only: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** What is asked for; undefined where it cannot be understood. */
function asked() {
  try {
    const { values } = parseArgs({ options });
    return values.only === undefined || names.includes(values.only) ? values : undefined;
  } catch {
    return undefined;
  }
}

/** Only the rows at the end; what is being done goes to standard error where somebody looks at it. */
const quiet: Show = { ...printer(process.stderr), begin: () => {}, found: () => {} };

async function main(): Promise<number> {
  const wanted = asked();
  if (wanted === undefined || wanted.help) {
    (wanted === undefined ? process.stderr : process.stdout).write(usage);
    return wanted === undefined ? 2 : 0;
  }
  const chosen = benches.filter(({ name }) => wanted.only === undefined || name === wanted.only);
  const rows = await runBenches(chosen, wanted.full ? 'full' : 'short', wanted.json ? quiet : printer(process.stdout));
  if (wanted.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  return 0;
}

process.exitCode = await main();
