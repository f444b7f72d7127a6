import type { Mode } from '../../jobs/verdict.ts';
import type { Path } from '../lines.ts';
import type { Policy } from '../schema.ts';
import type { Target } from '../targets.ts';
import { isSame, type Change, type Effect } from './change.ts';

interface Place {
  readonly name: string;
  readonly mode: Mode;
  readonly path: Path;
  readonly target: Target;
}

function placeName(target: Target): string {
  if (target.engine !== 'bigquery') {
    const where = target.engine === 'yandex-data-proc' ? target.folder : target.project;
    return `${target.engine} ${where}${target.engine === 'dli' ? ` in ${target.region} (${target.cloud})` : ''}`;
  }
  return target.folder === undefined ? `the organization ${target.organization}` : `the folder ${target.folder}`;
}

/** Every place that is watched, by name. One that is named twice has the softer mode of the two. */
function placesOf({ targets }: Policy): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const [index, target] of targets.entries()) {
    const names = target.engine === 'bigquery' && target.projects !== undefined ? target.projects : [placeName(target)];
    for (const name of names) {
      const isSofter = target.mode === 'observe' || places.get(name)?.mode === 'observe';
      places.set(name, { name, mode: isSofter ? 'observe' : 'enforce', path: ['targets', index], target });
    }
  }
  return places;
}

const acts = ({ mode }: Place, effect: Effect): Effect => (mode === 'enforce' ? effect : 'neutral');

function exclusions(before: Target, after: Target): readonly [Effect, string][] {
  if (before.engine !== 'bigquery' || after.engine !== 'bigquery') return [];
  const added = after.exclude.filter((project) => !before.exclude.includes(project));
  const gone = before.exclude.filter((project) => !after.exclude.includes(project));
  const found: [Effect, string][] = [];
  if (added.length > 0) found.push(['softer', `leaves ${added.join(', ')} out`]);
  if (gone.length > 0) found.push(['harsher', `no longer leaves ${gone.join(', ')} out`]);
  if (before.newProjects !== after.newProjects) {
    const observes = after.newProjects === 'observe';
    found.push([
      observes ? 'softer' : 'harsher',
      `${observes ? 'only observes' : 'treats'} new projects${observes ? '' : ' like others'}`,
    ]);
  }
  return found;
}

/** What a target is apart from its place and its mode: which of what is there is looked at. */
function kindsOf(target: Target): unknown {
  if (target.engine === 'data-fusion') return [target.locations, target.kinds, target.verbs];
  return target.engine;
}

function compare(before: Place, after: Place): readonly Change[] {
  const change = (effect: Effect, says: string): Change => ({ side: 'new', path: after.path, effect, says });
  const changes = exclusions(before.target, after.target).map(([effect, does]) =>
    change(effect, `${after.name} ${does}.`),
  );
  if (!isSame(kindsOf(before.target), kindsOf(after.target))) {
    changes.push(change('either', `Other jobs of ${after.name} are watched.`));
  }
  if (before.mode === after.mode) return changes;
  const says = after.mode === 'enforce' ? 'is no longer only observed' : 'is only observed now';
  return [...changes, change(after.mode === 'enforce' ? 'harsher' : 'softer', `${after.name} ${says}.`)];
}

/** What changed in where jobs are looked for. A place that is only observed does nothing to anybody. */
export function compareTargets(before: Policy, after: Policy): readonly Change[] {
  const [old, now] = [placesOf(before), placesOf(after)];
  const kept = [...now.values()].flatMap((place): readonly Change[] => {
    const other = old.get(place.name);
    if (other !== undefined) return compare(other, place);
    const says = `${place.name} is watched now${place.mode === 'observe' ? ', and only observed' : ''}.`;
    return [{ side: 'new', path: place.path, effect: acts(place, 'harsher'), says }];
  });
  const gone = [...old.values()].filter(({ name }) => !now.has(name));
  return [
    ...kept,
    ...gone.map((place): Change => {
      const says = `${place.name} is watched no longer.`;
      return { side: 'old', path: place.path, effect: acts(place, 'softer'), says };
    }),
  ];
}
