import { matchWithin } from './blocks.ts';
import type { Check, Sense } from './subject.ts';
import { covers, membersOf } from './values.ts';

/** Routes that no notice gets to, and a `continue` with nothing to go on to. */
export const routes: Check = ({ policy: { routes, groups } }) =>
  routes.flatMap(({ match, continue: goesOn }, index): Sense[] => {
    const at = routes.findIndex(
      (other, place) => place < index && !other.continue && matchWithin(match, other.match, groups),
    );
    const isLast = index === routes.length - 1;
    const idle: Sense = {
      code: 'idle-key',
      path: ['routes', index, 'continue'],
      part: 'key',
      says: 'There is no route below this one to go on to.',
      try: 'Remove continue.',
    };
    if (at < 0) return isLast && goesOn ? [idle] : [];
    const says = `No notice gets here: routes[${at}] takes all of them.`;
    const path = ['routes', index];
    return [
      {
        code: 'route-unreachable',
        path,
        says,
        try: 'Put the narrower route first, or let the other say continue: true.',
      },
    ];
  });

/** Patterns of owners that one further up covers. */
export const owners: Check = ({ policy: { owners, groups } }) =>
  (['principals', 'projects'] as const).flatMap((kind) =>
    owners[kind].flatMap(({ pattern }, index): Sense[] => {
      const inner = membersOf(pattern, groups);
      const isCased = kind === 'principals';
      const first = owners[kind].find(
        (other, at) =>
          at < index &&
          inner.every((one) => membersOf(other.pattern, groups).some((outer) => covers(outer, one, isCased))),
      );
      if (first === undefined) return [];
      const says = `"${pattern}" never counts: "${first.pattern}" further up covers it, and the first that holds wins.`;
      const path = ['owners', kind, pattern];
      return [{ code: 'owner-unreachable', path, part: 'key', says, try: 'Put the narrower pattern first.' }];
    }),
  );
