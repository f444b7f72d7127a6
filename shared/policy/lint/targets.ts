import type { Path } from '../lines.ts';
import type { Target } from '../targets.ts';
import type { Check, Sense } from './subject.ts';

interface Named {
  readonly name: string;
  readonly path: Path;
}

function placesOf(target: Target, path: Path): Named[] {
  const named = (name: string, key: string) => ({ name: `${target.engine} ${name}`, path: [...path, key] });
  switch (target.engine) {
    case 'bigquery':
      // A project that is named twice is an error of the loader.
      return [
        ...(target.folder === undefined ? [] : [named(`folder ${target.folder}`, 'folder')]),
        ...(target.organization === undefined ? [] : [named(`organization ${target.organization}`, 'organization')]),
      ];
    case 'data-fusion':
      return target.locations.map((location, index) => ({
        name: `data-fusion ${target.project} ${location} ${target.kinds.join(' ')}`,
        path: [...path, 'locations', index],
      }));
    case 'yandex-data-proc':
      return [named(target.folder, 'folder')];
    case 'dli':
      return [named(`${target.cloud} ${target.region} ${target.project}`, 'project')];
  }
}

/** Places that are named twice. */
export const targets: Check = ({ policy }) => {
  const seen = new Map<string, number>();
  return policy.targets.flatMap((target, index) =>
    placesOf(target, ['targets', index]).flatMap(({ name, path }): Sense[] => {
      const first = seen.get(name);
      seen.set(name, first ?? index);
      if (first === undefined) return [];
      const says = `${name} is named in targets[${first}] already; the softer mode of the two counts.`;
      return [{ code: 'target-twice', path, says, try: 'Name it once.' }];
    }),
  );
};
