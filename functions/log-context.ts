import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line that is written during a request carries besides its own fields. */
interface Carried {
  readonly labels: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The part of an Express request that is used. */
interface Headed {
  get(name: string): string | undefined;
}

const carried = new AsyncLocalStorage<Carried>();

interface Trace {
  readonly id: string;
  /** 16 hex digits. */
  readonly span?: string;
  readonly isSampled: boolean;
}

/** `traceparent` (W3C Trace Context): version, trace, span, flags. All zeros mean that there is none. */
function w3cTrace(header: string | undefined): Trace | undefined {
  const [, id, span, flags] = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/.exec(header ?? '') ?? [];
  if (id === undefined || span === undefined || /^0+$/.test(id) || /^0+$/.test(span)) return undefined;
  return { id, span, isSampled: Number.parseInt(flags ?? '0', 16) % 2 === 1 };
}

/** `TRACE/SPAN;o=OPTIONS` (Cloud Trace's older header), where the span is a decimal number. */
function cloudTrace(header: string | undefined): Trace | undefined {
  const [, id, span, options] = /^([\da-f]{32})(?:\/(\d{1,20}))?(?:;o=(\d))?$/i.exec(header ?? '') ?? [];
  if (id === undefined) return undefined;
  const hex = span === undefined ? undefined : BigInt(span).toString(16).padStart(16, '0');
  return { id: id.toLowerCase(), ...(hex?.length === 16 && { span: hex }), isSampled: options === '1' };
}

/**
 * The fields by which Cloud Logging shows a line beside its request (Cloud Logging, "Special fields in structured
 * payloads"); empty where no trace came with it, or the project is not known.
 */
export function traceFields(request: Headed, project: string | undefined): Readonly<Record<string, unknown>> {
  const trace = w3cTrace(request.get('traceparent')) ?? cloudTrace(request.get('x-cloud-trace-context'));
  if (trace === undefined || project === undefined || project === '') return {};
  return {
    'logging.googleapis.com/trace': `projects/${project}/traces/${trace.id}`,
    ...(trace.span !== undefined && { 'logging.googleapis.com/spanId': trace.span }),
    'logging.googleapis.com/trace_sampled': trace.isSampled,
  };
}

/** Wraps a handler: every line that is written while it works carries the trace of its request, and names the function. */
export function traced<Request extends Headed, Response>(
  name: string,
  project: string | undefined,
  handler: (request: Request, response: Response) => Promise<void>,
) {
  return async (request: Request, response: Response): Promise<void> => {
    const context = { labels: { function: name }, fields: traceFields(request, project) };
    return carried.run(context, () => handler(request, response));
  };
}

const labelsKey = 'logging.googleapis.com/labels';

/** Adds what the request under way carries to the fields of a line; the line's own fields come first. */
export function withCarried<Entry extends object>(entry: Entry): Entry {
  const context = carried.getStore();
  if (context === undefined) return entry;
  const own = labelsKey in entry ? entry[labelsKey] : undefined;
  return { ...context.fields, ...entry, [labelsKey]: { ...context.labels, ...(typeof own === 'object' && own) } };
}
