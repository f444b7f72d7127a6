import { describeEngine } from '../../contracts/engine.ts';
import { yandexWorld } from './scripted-yandex.ts';

describeEngine('yandex-data-proc', () => yandexWorld(), {
  unreachable: false,
  children: false,
  before: 1,
  renews: true,
  unsupported: true,
  stopping: true,
  states: [
    ['PROVISIONING', 'pending'],
    ['PENDING', 'pending'],
    ['RUNNING', 'running'],
    ['CANCELLING', 'running'],
    ['ERROR', 'done'],
    ['DONE', 'done'],
    ['CANCELLED', 'done'],
    ['STATUS_UNSPECIFIED', 'unknown'],
  ],
});
