import { parseArgs } from 'node:util';
import { crash, failureLines, type CrashReport, type Tried } from './crash.ts';
import { roles } from './control.ts';
import { boundaryText, type Boundary } from './gate.ts';
import { judge } from './promises.ts';

// `npm run crash [-- --every N | --only K [--logs] | --list]`: ends a process of the product at every boundary of a story.

const options = {
  every: { type: 'string' },
  only: { type: 'string' },
  logs: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
} as const;

const whens: readonly (readonly [Boundary['when'], string])[] = [
  ['before', 'before a request was handled'],
  ['after', 'after it was handled, before its answer'],
  ['commit', 'right after a write to the state'],
];

function table({ boundaries, tried }: CrashReport): readonly string[] {
  const rows = roles.flatMap((by) =>
    whens.map(([when, says]) => {
      const isOne = (one: Boundary) => one.by === by && one.when === when;
      const mine = tried.filter(({ boundary }) => isOne(boundary));
      const failed = mine.filter(({ broken }) => broken.length > 0).length;
      const counts = [boundaries.filter(isOne).length, mine.length, failed].map((count) => String(count).padStart(10));
      return `  ${by.padEnd(7)} ${says.padEnd(41)}${counts.join('')}`;
    }),
  );
  const head = ['boundaries', 'tried', 'failed'].map((word) => word.padStart(10)).join('');
  return [`${'  ended'.padEnd(51)}${head}`, ...rows];
}

const sum = (tried: readonly Tried[], of: (one: Tried) => number) => tried.reduce((all, one) => all + of(one), 0);

function repeated(tried: readonly Tried[]): readonly string[] {
  const where = (of: (one: Tried) => number) =>
    tried.filter((one) => of(one) > 0).map(({ number, boundary }) => `    ${number}. ${boundaryText(boundary)}`);
  const messages = (one: Tried) => one.messagesTwice;
  const letters = (one: Tried) => one.lettersTwice;
  const cancels = (one: Tried) => one.cancelledTwice;
  return [
    `  messages sent twice: ${sum(tried, messages)}, between sending and recording:`,
    ...where(messages),
    `  dead letters kept twice: ${sum(tried, letters)}, between keeping and recording:`,
    ...where(letters),
    `  cancels sent again, each as another attempt on record: ${sum(tried, cancels)}`,
    ...where(cancels),
    `  events published again under their ids: ${sum(tried, (one) => one.publishedTwice)}`,
  ];
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : Number(text);
  return value === undefined || (Number.isInteger(value) && value > 0) ? value : Number.NaN;
}

function progress(withLogs: boolean): (one: Tried, of: number) => void {
  let done = 0;
  let failed = 0;
  return (one, of) => {
    done += 1;
    if (one.broken.length > 0) {
      failed += 1;
      if (process.stdout.isTTY) process.stdout.write('\r');
      for (const line of failureLines(one)) console.log(line);
      if (withLogs) for (const line of one.logs) console.log(`     | ${line}`);
    }
    if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${of}, ${failed} failed `);
  };
}

function close(report: CrashReport, seconds: number): number {
  const { boundaries, clean, tried } = report;
  const { broken } = judge(clean);
  if (broken.length > 0) {
    console.log('Promises are broken without any accident:');
    for (const says of broken) console.log(`  ${says}`);
    return 1;
  }
  if (tried.length === 0) {
    for (const [index, boundary] of boundaries.entries()) console.log(`${index + 1}. ${boundaryText(boundary)}`);
    return 0;
  }
  for (const line of [...table(report), ...repeated(tried)]) console.log(line);
  const failed = tried.filter(({ broken }) => broken.length > 0);
  const of =
    tried.length === boundaries.length ? `all ${boundaries.length}` : `${tried.length} of ${boundaries.length}`;
  console.log(`A process was ended at ${of} boundaries, in ${seconds} s.`);
  if (failed.length === 0) console.log('No promise was broken.');
  else console.log(`Promises were broken at ${failed.length}: ${failed.map(({ number }) => number).join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options, strict: true });
  const [every, only] = [wholeNumber(values.every), wholeNumber(values.only)];
  if (Number.isNaN(every) || Number.isNaN(only)) {
    console.error('Say which in whole numbers: --every 10 for a sample, --only 17 for one.');
    return 2;
  }
  const beganAtMs = performance.now();
  const early = new AbortController();
  process.once('SIGINT', () => early.abort());
  process.once('SIGTERM', () => early.abort());
  const isSampled = (number: number) => (only === undefined ? (number - 1) % (every ?? 1) === 0 : number === only);
  const wanted = (_: Boundary, number: number) => !values.list && isSampled(number);
  const report = await crash({ wanted, signal: early.signal }, progress(values.logs));
  if (process.stdout.isTTY) process.stdout.write('\r');
  const code = close(report, Math.round((performance.now() - beganAtMs) / 1000));
  if (early.signal.aborted) console.log('It was ended early: that is what it came to so far.');
  return early.signal.aborted ? 1 : code;
}

process.env['METADATA_SERVER_DETECTION'] = 'none';
process.exitCode = await main();
