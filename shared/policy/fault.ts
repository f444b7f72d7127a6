import { isProblemCode, type ProblemCode } from './codes.ts';

/** What is wrong with one value and what to write instead, before it is known where the value stands. */
export interface Fault {
  readonly code: ProblemCode;
  readonly says: string;
  readonly try: string;
}

/** Packs a fault into the one string that a zod issue can carry. */
export function fault(code: ProblemCode, says: string, tryThis: string): string {
  return `fault:${code}\n${says}\n${tryThis}`;
}

/** Unpacks what `fault` packed; undefined for a message of zod itself. */
export function readFault(message: string): Fault | undefined {
  const [code = '', says = '', tryThis = ''] = message.replace(/^fault:/, '').split('\n');
  return isProblemCode(code) ? { code, says, try: tryThis } : undefined;
}
