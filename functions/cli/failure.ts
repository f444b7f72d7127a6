import { usage } from './arguments.ts';
import type { Outside, Report } from './command.ts';
import { FileError } from './outside.ts';

const cures = {
  files: 'Correct the path, or its rights.',
  world: 'Try again; if it stays, set DEBUG=1 to see where it comes from.',
  bug: 'This is a fault of jobwarden itself: please report it with what DEBUG=1 shows.',
} as const;

function kindOf(error: unknown): keyof typeof cures {
  if (error instanceof FileError) return 'files';
  // Adapters begin their messages with what failed, as in "[bigquery] …".
  return error instanceof Error && /^\[[\w-]+\] /.test(error.message) ? 'world' : 'bug';
}

/** What a command that threw comes to: one sentence and a cure; where it was thrown only with DEBUG. */
export function failureReport(error: unknown, env: Outside['env']): Report {
  const kind = kindOf(error);
  const says = error instanceof Error ? error.message : String(error);
  const isDebug = (env['DEBUG'] ?? '') !== '' && error instanceof Error;
  const text = isDebug ? (error.stack ?? says).split('\n') : [];
  const problem = usage(kind === 'bug' ? 'bug' : 'failed', says, cures[kind]);
  return { status: 'cannot-run', problems: [problem], text, data: {} };
}
