import { writeFile } from 'node:fs/promises';
import { sampleFile, samplePage } from './sample.ts';

// npm run sample-page: writes the sample of a backtest's page anew.

await writeFile(sampleFile, await samplePage());
process.stdout.write(`${sampleFile}\n`);
