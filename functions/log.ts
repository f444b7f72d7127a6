import { withCarried } from './log-context.ts';

/** One log entry. `message` is a sentence; the other fields are data. Never holds a token, a statement or a message body. */
export interface LogEntry {
  readonly severity: 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR' | 'CRITICAL';
  readonly message: string;
  readonly [field: string]: unknown;
}

export type Log = (entry: LogEntry) => void;

/** Cloud Logging takes entries of up to 256 KiB; longer lines are split and lose their fields. */
const maxLine = 200_000;

/** What no line may show, and what is there instead: addresses of people and accounts, and tokens of any kind. */
const blotted: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63})+/gi, '(address)'],
  [/\bxox[a-z]-[\w-]+/g, '(token)'],
  [/\bbearer\s+[\w.~+/=-]{8,}/gi, '(token)'],
  [/\bya29\.[\w.-]+|\beyJ[\w-]{8,}\.[\w.-]+/g, '(token)'],
  [/\bhttps:\/\/hooks\.slack\.com\/[\w/.-]+/g, '(webhook)'],
  [/([?&](?:key|token|sig)=)[^&\s"\\]+/g, '$1(token)'],
];

/** Fields that are never written, wherever they are in an entry. */
const hidden: ReadonlySet<string> = new Set(['queryText', 'authorization', 'token', 'password']);

function withoutSecrets(line: string): string {
  return blotted.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), line);
}

function plain(value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return {
      name,
      message,
      ...(stack === undefined ? {} : { stack }),
      ...(cause === undefined ? {} : { cause: plain(cause) }),
    };
  }
  return typeof value === 'bigint' ? String(value) : value;
}

function json(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => (hidden.has(key) ? '(hidden)' : plain(inner)));
}

/** Metrics and alerts go by the small fields of a line; those stay when the line is too long. */
const maxField = 2000;

function smallOf(fields: Readonly<Record<string, unknown>>) {
  const isSmall = ([, value]: readonly [string, unknown]) => (json(value) ?? '').length <= maxField;
  return Object.fromEntries(Object.entries(fields).filter(isSmall));
}

/**
 * An entry as one line of JSON with the field names of Cloud Logging (`severity`, `message`, `time`). Addresses and tokens
 * are blotted out, however they got there. Never throws.
 */
export function logLine(entry: LogEntry, nowMs: number): string {
  const { severity, message, ...fields } = entry;
  const head = { severity, message: message.slice(0, 4000), time: new Date(nowMs).toISOString() };
  try {
    const line = json({ ...fields, ...head });
    if (line.length <= maxLine) return withoutSecrets(line);
    const cut = `${line.length} characters were too many for a log entry`;
    const short = json({ ...smallOf(fields), ...head, cut });
    return withoutSecrets(short.length <= maxLine ? short : json({ ...head, cut }));
  } catch {
    return withoutSecrets(json({ ...head, cut: 'the fields of this entry could not be written' }));
  }
}

/** Writes an entry to standard output, where Cloud Run picks it up, with the trace of the request under way. */
export function writeLog(entry: LogEntry): void {
  process.stdout.write(`${logLine(withCarried(entry), Date.now())}\n`);
}
