import { describeEngine } from '../contracts/engine.ts';
import { dataFusionWorld } from './scripted-data-fusion.ts';

describeEngine('data-fusion operations', () => dataFusionWorld('operation'), {
  unreachable: true,
  children: false,
  before: 1,
  renews: true,
  unsupported: true,
  stopping: true,
  starts: false,
});

describeEngine('data-fusion pipelines', () => dataFusionWorld('pipeline'), {
  unreachable: false,
  children: false,
  // Instances, namespaces and pipelines, and the runs of all states but one.
  before: 8,
  pages: false,
  renews: true,
  stopping: true,
  states: [
    ['PENDING', 'pending'],
    ['STARTING', 'pending'],
    ['RUNNING', 'running'],
    ['SUSPENDED', 'running'],
    ['RESUMING', 'running'],
    ['STOPPING', 'running'],
    ['COMPLETED', 'done'],
    ['FAILED', 'done'],
    ['KILLED', 'done'],
    ['REJECTED', 'done'],
    ['running', 'unknown'],
    ['STOPPED', 'unknown'],
    ['toString', 'unknown'],
  ],
});
