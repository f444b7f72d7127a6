import type { Command } from './command.ts';

/** A command by its name, under the heading of the task that it helps with. It is loaded when it is used. */
export interface Row {
  readonly name: string;
  readonly task: (typeof tasks)[number];
  readonly load: () => Promise<Command>;
}

/** What people do with the command line, in the order in which they do it. */
export const tasks = ['Write a policy', 'Try it on jobs', 'Bring it into force', 'While it runs'] as const;

/** Every command. A new one is a file of its own and one line here. */
export const registry: readonly Row[] = [
  { name: 'init', task: 'Write a policy', load: async () => (await import('./init.ts')).init },
  { name: 'check', task: 'Write a policy', load: async () => (await import('./check.ts')).check },
  { name: 'schema', task: 'Write a policy', load: async () => (await import('./schema.ts')).schema },
  { name: 'suggest', task: 'Write a policy', load: async () => (await import('./suggest.ts')).suggest },
  { name: 'test', task: 'Try it on jobs', load: async () => (await import('./test.ts')).test },
  { name: 'explain', task: 'Try it on jobs', load: async () => (await import('./explain.ts')).explain },
  { name: 'sweep', task: 'Try it on jobs', load: async () => (await import('./sweep.ts')).sweep },
  { name: 'routes', task: 'Try it on jobs', load: async () => (await import('./routes.ts')).routes },
  { name: 'backtest', task: 'Bring it into force', load: async () => (await import('./backtest.ts')).backtest },
  { name: 'diff', task: 'Bring it into force', load: async () => (await import('./diff.ts')).diff },
  { name: 'push', task: 'Bring it into force', load: async () => (await import('./push.ts')).push },
  { name: 'doctor', task: 'While it runs', load: async () => (await import('./doctor.ts')).doctor },
  { name: 'status', task: 'While it runs', load: async () => (await import('./status.ts')).status },
  { name: 'report', task: 'While it runs', load: async () => (await import('./report.ts')).report },
  { name: 'mark', task: 'While it runs', load: async () => (await import('./mark.ts')).mark },
  { name: 'stop', task: 'While it runs', load: async () => (await import('./stop.ts')).stop },
  { name: 'resume', task: 'While it runs', load: async () => (await import('./resume.ts')).resume },
  { name: 'breaker', task: 'While it runs', load: async () => (await import('./breaker.ts')).breaker },
  { name: 'replay', task: 'While it runs', load: async () => (await import('./replay.ts')).replay },
];
