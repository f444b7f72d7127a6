/**
 * A test for a glob: `*` is any characters, everything else stands for itself, and the whole value must be covered.
 * No regular expression is built, and the time grows with the length of the value only.
 */
export function compileGlob(glob: string): (value: string) => boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return (value) => value === glob;
  const middle = rest.filter((part) => part !== '');
  return (value) => {
    if (!value.startsWith(first) || !value.endsWith(last)) return false;
    let from = first.length;
    for (const part of middle) {
      const at = value.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return from <= value.length - last.length;
  };
}
