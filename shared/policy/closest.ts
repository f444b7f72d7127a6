/** How many letters must be added, dropped, changed or swapped with their neighbour to turn `a` into `b`. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

const plain = (word: string) => word.toLowerCase().replaceAll(/[-_ .]/g, '');

const longestWord = 64;
/** Beyond so many names nobody is helped by a guess, and a file made for it could keep the loader busy. */
const mostKnown = 1000;

/** The known word that was most likely meant: at most a third of its letters are wrong; undefined when none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word.slice(0, longestWord));
  let best: { readonly candidate: string; readonly far: number } | undefined;
  for (const candidate of known.slice(0, mostKnown)) {
    const name = plain(candidate);
    const allowed = Math.max(1, Math.floor(name.length / 3));
    if (name.length > longestWord || Math.abs(name.length - wanted.length) > allowed) continue;
    const far = distance(wanted, name);
    if (far <= allowed && far < (best?.far ?? Infinity)) best = { candidate, far };
  }
  return best?.candidate;
}

const most = 20;

/** Words of other tools and what they are called here. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ['kill', 'cancel'],
  ['terminate', 'cancel'],
  ['stop', 'cancel'],
  ['alert', 'warn'],
  ['notify', 'warn'],
  ['log', 'record'],
  ['dry-run', 'observe'],
  ['dryRun', 'observe'],
  ['user', 'person'],
]);

/** What to write instead of a word that is not known: the one that was meant, or all there are. */
export function didYouMean(word: string, known: readonly string[]): string {
  const other = otherWords.get(word);
  const meant = other !== undefined && known.includes(other) ? other : closest(word, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (known.length === 0) return 'There is none to choose from yet.';
  const shown = known.slice(0, most).join(', ');
  return `Known here: ${shown}${known.length > most ? ` and ${known.length - most} more` : ''}.`;
}
