import { goalText, rowOf, type Measure } from './bench.ts';
import type { Show } from './run.ts';

const numberWidth = 10;

/** A figure with as many digits as mean something: 12,345 and 123 and 12.3 and 1.23. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** One line of the table: the figure, what it is, and its goal. */
function line(measure: Measure): string {
  const { met } = rowOf(measure);
  const goal = measure.goal === undefined ? '' : ` [${met === true ? 'met' : 'MISSED'}: ${goalText(measure.goal)}]`;
  return `${figure(measure.value).padStart(numberWidth)} ${measure.unit.padEnd(5)} ${measure.what}${goal}`;
}

/** Shows figures as lines. On a terminal a last line says what is being done; elsewhere nothing is written over. */
export function printer(out: { readonly isTTY?: boolean; write(text: string): unknown }): Show {
  const clear = out.isTTY === true ? '\r\u001B[2K' : '';
  return {
    begin: ({ name }) => void out.write(`${clear}${name}\n`),
    doing: (what) => void (out.isTTY === true && out.write(`${clear}  … ${what}`)),
    found: (measure) => void out.write(`${clear}${line(measure)}\n`),
    end: () => void out.write(clear),
  };
}
