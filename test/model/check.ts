import fc from 'fast-check';
import { theModelHolds } from './model.ts';
import type { Bent } from './watching.ts';

/** How the model is checked. `path` and `replay` repeat a run that failed, as it was printed. */
export interface Asked {
  readonly runs: number;
  readonly seed: number;
  readonly path?: string | undefined;
  readonly replay?: string | undefined;
  readonly onRun?: () => void;
  /** The product with a part that does not do its work. */
  readonly bent?: Bent;
  /** Does not look for a smaller run that fails as well. */
  readonly asFound?: boolean;
}

/** What came of it: how many runs held; and where one did not, how it went, and how to repeat it. */
export interface Checked {
  readonly runs: number;
  readonly failure?: readonly string[];
}

const mostTurns = 60;

type Property = ReturnType<typeof theModelHolds>;
type Details = fc.RunDetails<Property extends fc.IAsyncProperty<infer Given> ? Given : never>;

/** The commands that were carried out, one by one, and what repeats them. */
function commandsOf(happened: Iterable<object> | undefined) {
  const ran = [...(happened ?? [])].filter((one) => Reflect.get(one, 'hasRan') === true);
  return { lines: ran.map(String), replay: /replayPath="([^"]*)"/.exec(fc.stringify(happened))?.[1] };
}

/** The smallest run that was found to break a promise, line by line. */
function told(details: Details): readonly string[] {
  const [jobs, happened, scheduler] = details.counterexample ?? [];
  const { lines, replay } = commandsOf(happened);
  const error = details.errorInstance;
  const turns = fc
    .stringify(scheduler)
    .split('\n')
    .filter((line) => line.startsWith('->'));
  const again = `--seed ${details.seed} --path ${details.counterexamplePath ?? ''}`;
  return [
    ...(error instanceof Error ? error.message : String(error)).split('\n'),
    '',
    `It begins with: ${JSON.stringify(jobs)}`,
    'Then:',
    ...lines.map((line, at) => `  ${at + 1}. ${line}`),
    ...(turns.length === 0 ? [] : ['Where two instances ran at once, they took turns like this:']),
    ...turns.slice(0, mostTurns).map((line) => `  ${line}`),
    ...(turns.length > mostTurns ? [`  … and ${turns.length - mostTurns} more`] : []),
    '',
    `Found in run ${details.numRuns}, made smaller ${details.numShrinks} times. To repeat it:`,
    `  npm run model -- ${again}${replay === undefined ? '' : ` --replay ${replay}`}`,
  ];
}

/** Runs the model so many times, until a promise is broken. */
export async function checkModel({ runs, seed, path, asFound = false, ...how }: Asked): Promise<Checked> {
  const about = { numRuns: runs, seed, endOnFailure: asFound, ...(path === undefined ? {} : { path }) };
  const details = await fc.check(theModelHolds(how), about);
  return details.failed ? { runs: details.numRuns, failure: told(details) } : { runs: details.numRuns };
}
