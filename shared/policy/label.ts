import { compileValues, type PatternOptions } from './pattern.ts';

type Labels = Readonly<Record<string, string>>;
type LabelTest = (labels: Labels | undefined) => boolean | undefined;

const isWord = (want: string) => want === 'present' || want === 'absent';
const isNegated = (want: string) => want.startsWith('!');

/**
 * Compiles what one label must be: any of the positive patterns or the words present and absent may hold, and no negated
 * pattern may fail; alone, a negated one also holds where the label is missing. Unknown (undefined) when the labels are,
 * or when its value is too long to look at. Throws on patterns that no loader has checked.
 */
export function compileLabel(label: string, wants: readonly string[], groups: PatternOptions['groups']): LabelTest {
  const words = wants.filter(isWord);
  const positive = wants.filter((want) => !isNegated(want) && !isWord(want));
  const negative = wants.filter(isNegated);
  const oneOf = compileValues(positive, { groups });
  const noneOf = compileValues(negative, { groups });
  return (labels) => {
    if (labels === undefined) return undefined;
    const value = Object.hasOwn(labels, label) ? (labels[label] ?? null) : null;
    const word = words.includes(value === null ? 'absent' : 'present');
    const some = word || (positive.length > 0 ? oneOf(value) : words.length === 0);
    const none = negative.length === 0 || noneOf(value);
    if (some === false || none === false) return false;
    return some === undefined || none === undefined ? undefined : true;
  };
}
