import { fileURLToPath } from 'node:url';
import { historyOf, quarter } from '../../history/generator.ts';
import { jobwarden } from '../../cli/a-shell.ts';

// Synthetic: everything in the sample is made up.

const policyFile = 'test/pages/backtest-sample/policy.yaml';

/** Where the sample page is kept. */
export const sampleFile = fileURLToPath(new URL('../../../infra/pages/backtest-sample.html', import.meta.url));

/** Twelve of the sixty projects of the made-up quarter, over all of it. */
const sampled = { ...quarter, projects: 12 };

/** The sample page, as `jobwarden backtest --html` writes it. */
export async function samplePage(): Promise<string> {
  const rows = [...historyOf(sampled)].map((row) => `${JSON.stringify(row)}\n`).join('');
  const files = new Map([['quarter.ndjson', rows]]);
  const words = ['backtest', '--policy', policyFile, '--history', 'quarter.ndjson', '--location', 'EU'];
  const { code, out, err } = await jobwarden([...words, '--html', 'page.html'], { files });
  const page = files.get('page.html');
  if (code !== 0 || page === undefined) throw new Error(`the sample page was not made: ${out}${err}`);
  return page;
}
