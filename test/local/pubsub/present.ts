/** The value, which a test cannot do without. */
export function present<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('There is nothing there (yet).');
  return value;
}
