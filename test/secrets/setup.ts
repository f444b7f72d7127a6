import { afterEach } from 'vitest';
import { listenToOutput, takeLeaks } from './listen.ts';

// For every test file: no log line of any test may hold a secret. A test whose lines do fails, with the line.
listenToOutput();
afterEach(() => {
  const leaks = takeLeaks();
  if (leaks.length === 0) return;
  const said = leaks.map(({ secret, line, test }) => `${secret}\n  in ${line}\n  of ${test}`);
  throw new Error(`${leaks.length} log lines give something away.\n${said.slice(0, 10).join('\n')}`);
});
