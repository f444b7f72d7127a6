import type { Path } from './lines.ts';

/** A step of a path that may be any entry of a list or a map. */
export type Route = readonly (string | typeof each)[];

/** Stands for any entry in a route. */
export const each: unique symbol = Symbol('each');

/** Something in the data of a policy and where it stands. */
export interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/** The entries of a list or a map; none of anything else. */
export const entriesOf = (value: unknown): [string | number, unknown][] => {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
};

/** Everything that stands at a route, however wrong the rest of the policy is. */
export function placesAt(data: unknown, route: Route): Place[] {
  let places: Place[] = [{ path: [], value: data }];
  for (const step of route) {
    places = places.flatMap(({ path, value }) =>
      entriesOf(value)
        .filter(([key]) => step === each || key === step)
        .map(([key, entry]) => ({ path: [...path, key], value: entry })),
    );
  }
  return places;
}

/** A text in the data of a policy and where it stands. */
export interface Text {
  readonly path: Path;
  readonly text: string;
}

/** All text below a place. */
export function textsIn({ path, value }: Place): Text[] {
  if (typeof value === 'string') return [{ path, text: value }];
  return entriesOf(value).flatMap(([key, entry]) => textsIn({ path: [...path, key], value: entry }));
}

/** All text at a route, and below it. */
export const textsAt = (data: unknown, route: Route) => placesAt(data, route).flatMap(textsIn);

/** The keys of everything at a route. */
export const keysAt = (data: unknown, ...route: string[]) =>
  placesAt(data, [...route, each]).map(({ path }) => String(path.at(-1)));
