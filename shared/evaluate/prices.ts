import type { Policy } from '../policy/schema.ts';

interface PriceList {
  readonly readOn: string;
  readonly usd: Readonly<Record<string, number>>;
}

/** A price in USD and where it is from, in words. */
export interface Price {
  readonly usd: number;
  readonly from: string;
}

/** Prices by the names of jobs; undefined where none is known. */
export interface PriceBook {
  perTiB(location: string): Price | undefined;
  slotHour(location: string, edition: string): Price | undefined;
  reservedSlotHour(reservation: string): Price | undefined;
  /** The highest price of each kind, in USD. */
  readonly most: { readonly perTiB: number; readonly slotHour: number };
}

/** The month in which most of this table was read from Google's list prices, in USD; it changes when the table does. */
export const pricesReadOn = '2026-09';

/** What a TiB read on demand costs, by location. Locations that are missing have no known price. */
const onDemandPerTiB: PriceList = {
  readOn: pricesReadOn,
  usd: {
    us: 6.25,
    eu: 6.25,
    'us-east1': 6.25,
    'us-south1': 7.5,
    'us-west2': 8.4375,
    'northamerica-south1': 6.8125,
    'southamerica-east1': 11.25,
    'southamerica-west1': 8.9375,
    'europe-north2': 6.5625,
    'europe-west1': 7.5,
    'europe-west2': 7.8125,
    'europe-west10': 9.625,
    'europe-west12': 8.0625,
    'asia-east1': 7.1875,
    'asia-northeast1': 7.5,
    'asia-southeast1': 8.4375,
    'asia-southeast3': 7.5,
    'asia-southeast4': 6.5625,
    'australia-southeast1': 8.125,
    'me-central1': 7.59375,
    'me-central2': 10,
    'me-west1': 7.5,
    'africa-south1': 7.5,
  },
};

/** What an hour of one slot costs as one goes, by location, then edition. */
const slotHours: Readonly<Record<string, PriceList>> = {
  us: { readOn: pricesReadOn, usd: { standard: 0.04, enterprise: 0.06, 'enterprise-plus': 0.1 } },
  'us-central1': { readOn: pricesReadOn, usd: { enterprise: 0.06 } },
  eu: { readOn: '2023-10', usd: { enterprise: 0.066, 'enterprise-plus': 0.11 } },
};

/** One spelling: `ENTERPRISE_PLUS`, `enterprise plus` and `enterprise-plus` are one edition, `EU` and `eu` one place. */
function keyOf(...names: readonly string[]): string {
  return names.map((name) => name.toLowerCase().replaceAll(/[ _]/g, '-')).join(' ');
}

/** The name of a reservation, `project:location.name`, also where it is given as the path of the resource. */
export function reservationName(reservation: string): string {
  const [, project, location, name] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/reservations\/([^/]+)$/.exec(reservation) ?? [];
  return project === undefined ? reservation : `${project}:${location}.${name}`;
}

/** Both spellings of a reservation, `project:location.name` and the path of the resource. */
export function reservationSpellings(reservation: string): readonly string[] {
  const name = reservationName(reservation);
  const [, project, location, last] = /^(.+):([^:.]+)\.([^.]+)$/.exec(name) ?? [];
  const path = `projects/${project}/locations/${location}/reservations/${last}`;
  return project === undefined ? [reservation] : [name, path];
}

function listed(list: PriceList, ...place: readonly string[]): [string, Price][] {
  const from = `list price of ${list.readOn}`;
  return Object.entries(list.usd).map(([name, usd]) => [keyOf(...place, name), { usd, from }]);
}

function written(prices: Readonly<Record<string, number>>, ...place: readonly string[]): [string, Price][] {
  return Object.entries(prices).map(([name, usd]) => [keyOf(...place, name), { usd, from: "the policy's price" }]);
}

/** So many names are remembered of each kind; beyond these all are forgotten. */
const mostNames = 1024;

/** The same, but what was found for a name is kept: jobs come by the thousand, and their names are few. */
function remembering<Found>(find: (name: string) => Found): (name: string) => Found {
  const found = new Map<string, { readonly it: Found }>();
  return (name) => {
    const known = found.get(name);
    if (known !== undefined) return known.it;
    const one = { it: find(name) };
    if (found.size >= mostNames) found.clear();
    found.set(name, one);
    return one.it;
  };
}

/** The built-in table, dated, with the policy's prices in the place of those that they name. */
export function priceBook({ onDemandPerTiB: perTiB, slotHour, reservations }: Policy['prices']): PriceBook {
  const places = Object.entries(slotHours).flatMap(([place, list]) => listed(list, place));
  const ownPlaces = Object.entries(slotHour).flatMap(([place, prices]) => written(prices, place));
  const bytes = new Map([...listed(onDemandPerTiB), ...written(perTiB)]);
  const slots = new Map([...places, ...ownPlaces]);
  const named = Object.entries(reservations).map(([name, usd]) => [reservationName(name), usd]);
  const reserved = new Map(written(Object.fromEntries(named)));
  const slotHoursIn = remembering((location) => remembering((edition) => slots.get(keyOf(location, edition))));
  const highest = (...maps: readonly ReadonlyMap<string, Price>[]) =>
    Math.max(0, ...maps.flatMap((prices) => [...prices.values()].map(({ usd }) => usd)));
  return {
    most: { perTiB: highest(bytes), slotHour: highest(slots, reserved) },
    perTiB: remembering((location) => bytes.get(keyOf(location))),
    slotHour: (location, edition) => slotHoursIn(location)(edition),
    reservedSlotHour: remembering((reservation) => reserved.get(keyOf(reservationName(reservation)))),
  };
}
