/** Statements are looked at no further than this. */
const longest = 10_000;

/** The first word of a statement in capitals, behind comments and brackets; undefined where there is none. */
export function firstWordOf(statement: string): string | undefined {
  let rest = statement.slice(0, longest);
  for (;;) {
    const [skipped] = /^(?:[\s(;]+|--[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest) ?? [];
    if (skipped === undefined) return /^\w+/.exec(rest)?.[0].toUpperCase();
    rest = rest.slice(skipped.length);
  }
}
