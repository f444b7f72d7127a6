/** What a code means and how the mistake looks and is put right; each code is a heading of the reference. */
export interface Code {
  readonly means: string;
  readonly wrong?: string;
  readonly right?: string;
}
