import { readFileSync } from 'node:fs';

// Loaded into each process under test before the product: its clock is ahead by the ms that a file says, so that a minute
// need not be waited for. Waits take as long as they do.
const file = process.env['FLEET_CLOCK'] ?? '';
const RealDate = Date;
const realNow = Date.now.bind(Date);
const now = (): number => realNow() + Number(readFileSync(file, 'utf8'));

Object.assign(Date, { now });
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: readonly unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
});
