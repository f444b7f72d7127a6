import { describeEngine } from '../contracts/engine.ts';
import { bigQueryWorld } from './scripted-bigquery.ts';

describeEngine('bigquery', () => bigQueryWorld(), {
  unreachable: true,
  children: true,
  states: [
    ['PENDING', 'pending'],
    ['RUNNING', 'running'],
    ['DONE', 'done'],
    ['QUEUED', 'unknown'],
  ],
});
