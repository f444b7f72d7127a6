import fc from 'fast-check';
import type { Fault } from './faults.ts';

const times = fc.integer({ min: 1, max: 6 });
/** Any fault, a few times. */
export const aFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    on: fc.constantFrom('list' as const, 'get' as const, 'cancel' as const),
    how: fc.constantFrom(
      'broken' as const,
      'throttled' as const,
      'forbidden' as const,
      'hang' as const,
      'lost answer' as const,
    ),
    times,
  }),
  fc.record({
    on: fc.constant('trail' as const),
    how: fc.constantFrom('down' as const, 'lost answer' as const, 'half' as const, 'refuses one' as const),
    times,
  }),
  fc.record({
    on: fc.constantFrom('ledger' as const, 'ledger' as const, 'claims' as const, 'receipts' as const),
    how: fc.constantFrom(
      'cannot read' as const,
      'cannot write' as const,
      'lost answer' as const,
      'somebody else writes' as const,
      'slow' as const,
    ),
    times,
  }),
  fc.record({
    on: fc.constant('slack' as const),
    how: fc.constantFrom('later' as const, 'nobody there' as const, 'no access' as const, 'lost answer' as const),
    times,
  }),
  fc.record({
    on: fc.constantFrom('policy' as const, 'stop switch' as const),
    how: fc.constant('cannot read' as const),
    times,
  }),
);
