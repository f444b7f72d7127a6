#!/usr/bin/env node
import { outsideOf } from './outside.ts';
import { run } from './run.ts';
import { terminalOf } from './terminal.ts';

const { argv, env, stdin, stdout, stderr } = process;

/** Whoever reads may stop reading, as `head` does: that is no fault, and there is nobody left to tell. */
function whenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
stdout.on('error', whenNobodyReads);
stderr.on('error', whenNobodyReads);

const outside = outsideOf(env, { input: stdin, status: stderr.isTTY ? stderr : undefined });
const { code, out, err } = await run(argv.slice(2), outside, terminalOf(env, stdout, stderr));
process.exitCode = code;
outside.progress('');
if (err !== '') stderr.write(err);
if (out !== '') stdout.write(out);
