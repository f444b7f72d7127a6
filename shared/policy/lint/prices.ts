import type { Path } from '../lines.ts';
import type { Check, Sense } from './subject.ts';

/** Far below and far above every list price of BigQuery (2026-09). */
const perTiB = { least: 1, most: 50, what: 'a TiB' };
const perSlotHour = { least: 0.003, most: 1, what: 'an hour of one slot' };

function odd(usd: number, { least, most, what }: typeof perTiB, path: Path): Sense[] {
  // Slots that are paid for anyway may well be said to cost nothing.
  if (usd === 0 || (usd >= least && usd <= most)) return [];
  const says = `${usd} USD for ${what} is far from every list price.`;
  return [
    {
      code: 'price-odd',
      path,
      says,
      try: `Write the price of ${what}, such as ${what === 'a TiB' ? '6.25' : '0.06'} USD.`,
    },
  ];
}

/** Prices that are probably meant for another unit. */
export const prices: Check = ({ policy: { prices } }) => [
  ...Object.entries(prices.onDemandPerTiB).flatMap(([place, usd]) =>
    odd(usd, perTiB, ['prices', 'onDemandPerTiB', place]),
  ),
  ...Object.entries(prices.slotHour).flatMap(([place, editions]) =>
    Object.entries(editions).flatMap(([edition, usd]) => odd(usd, perSlotHour, ['prices', 'slotHour', place, edition])),
  ),
  ...Object.entries(prices.reservations).flatMap(([name, usd]) =>
    odd(usd, perSlotHour, ['prices', 'reservations', name]),
  ),
];
