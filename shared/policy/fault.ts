import { isProblemCode, type ProblemCode } from './codes.ts';

/** What is wrong with one value and what to write instead, before it is known where the value stands. */
export interface Fault {
  readonly code: ProblemCode;
  readonly says: string;
  readonly try: string;
}

/** Packs a fault into the one string that a zod issue can carry; a line break of what somebody wrote is shown as one. */
export function fault(code: ProblemCode, says: string, tryThis: string): string {
  const parts = [code, says, tryThis].map((part) => part.replaceAll(/\r?\n|\r/g, String.raw`\n`));
  return `fault:${parts.join('\n')}`;
}

/** Unpacks what `fault` packed; undefined for a message of zod itself. */
export function readFault(message: string): Fault | undefined {
  const [code = '', says = '', tryThis = ''] = message.replace(/^fault:/, '').split('\n');
  return isProblemCode(code) ? { code, says, try: tryThis } : undefined;
}
