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
  return JSON.stringify(value, (_key, inner: unknown) => plain(inner));
}

/** Metrics and alerts go by the small fields of a line; those stay when the line is too long. */
const maxField = 2000;

function smallOf(fields: Readonly<Record<string, unknown>>) {
  const isSmall = ([, value]: readonly [string, unknown]) => (json(value) ?? '').length <= maxField;
  return Object.fromEntries(Object.entries(fields).filter(isSmall));
}

/** An entry as one line of JSON with the field names of Cloud Logging (`severity`, `message`, `time`). Never throws. */
export function logLine(entry: LogEntry, nowMs: number): string {
  const { severity, message, ...fields } = entry;
  const head = { severity, message: message.slice(0, 4000), time: new Date(nowMs).toISOString() };
  try {
    const line = json({ ...fields, ...head });
    if (line.length <= maxLine) return line;
    const cut = `${line.length} characters were too many for a log entry`;
    const short = json({ ...smallOf(fields), ...head, cut });
    return short.length <= maxLine ? short : json({ ...head, cut });
  } catch {
    return json({ ...head, cut: 'the fields of this entry could not be written' });
  }
}

/** Writes an entry to standard output, where Cloud Run picks it up, with the trace of the request under way. */
export function writeLog(entry: LogEntry): void {
  process.stdout.write(`${logLine(withCarried(entry), Date.now())}\n`);
}
