import { describeEngine } from '../../contracts/engine.ts';
import { dliWorld } from './scripted-dli.ts';

describeEngine('dli', () => dliWorld(), {
  unreachable: false,
  children: false,
  renews: true,
  unsupported: true,
  starts: false,
  states: [
    ['LAUNCHING', 'pending'],
    ['RUNNING', 'running'],
    ['FINISHED', 'done'],
    ['FAILED', 'done'],
    ['CANCELLED', 'done'],
    ['SCALING', 'unknown'],
    ['SUSPENDED', 'unknown'],
  ],
});
