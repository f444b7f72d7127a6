/** Whether a filter holds for a log entry. */
export type LogFilter = (entry: unknown) => boolean;

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const token = /\s*("(?:[^"\\]|\\.)*"|[()]|!=|>=|<=|[=<>]|[\w./-]+)/y;

function tokensOf(text: string): readonly string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const from = token.lastIndex;
    const one = token.exec(text)?.[1];
    if (one === undefined) throw new Error(`[filter] cannot be read from here on: ${text.slice(from)}`);
    found.push(one);
  }
  return found;
}

function take(reader: Reader, wanted?: string): string {
  const next = reader.tokens[reader.at];
  if (next === undefined || (wanted !== undefined && next !== wanted))
    throw new Error(`[filter] ${wanted ?? 'something'} is missing before ${next ?? 'the end'}`);
  reader.at += 1;
  return next;
}

function valueAt(entry: unknown, path: string): unknown {
  let value = entry;
  for (const step of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  return value;
}

const literal = (written: string): string => (written.startsWith('"') ? String(JSON.parse(written)) : written);

/** A field that is not there passes no comparison, != among them (Logging query language, comparisons). */
function compare(operator: string, found: unknown, wanted: string): boolean {
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return false;
  if (operator === '=') return String(found) === wanted;
  if (operator === '!=') return String(found) !== wanted;
  const [left, right] = [Number(found), Number(wanted)];
  if (operator === '>') return left > right;
  if (operator === '<') return left < right;
  return operator === '>=' ? left >= right : left <= right;
}

function term(reader: Reader): LogFilter {
  if (reader.tokens[reader.at] === 'NOT') {
    take(reader);
    const inner = term(reader);
    return (entry) => !inner(entry);
  }
  if (reader.tokens[reader.at] === '(') {
    take(reader);
    const inner = either(reader);
    take(reader, ')');
    return inner;
  }
  const path = take(reader);
  const operator = take(reader);
  if (!/^(=|!=|>=?|<=?)$/.test(operator)) throw new Error(`[filter] ${operator} is no comparison`);
  const wanted = literal(take(reader));
  return (entry) => compare(operator, valueAt(entry, path), wanted);
}

function both(reader: Reader): LogFilter {
  const terms = [term(reader)];
  while (reader.tokens[reader.at] === 'AND') {
    take(reader);
    terms.push(term(reader));
  }
  return (entry) => terms.every((holds) => holds(entry));
}

function either(reader: Reader): LogFilter {
  const terms = [both(reader)];
  while (reader.tokens[reader.at] === 'OR') {
    take(reader);
    terms.push(both(reader));
  }
  return (entry) => terms.some((holds) => holds(entry));
}

/** Reads the part of the Logging query language that the module uses; anything else is refused. */
export function readLogFilter(text: string): LogFilter {
  const reader = { tokens: tokensOf(text), at: 0 };
  const filter = either(reader);
  if (reader.at < reader.tokens.length) throw new Error(`[filter] is not understood: ${reader.tokens[reader.at]}`);
  return filter;
}
