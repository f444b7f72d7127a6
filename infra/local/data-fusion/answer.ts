/** An answer of one of the two APIs. Without a body it is empty. */
export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value), headers: { 'content-type': 'application/json; charset=UTF-8' } };
}

const words: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** An error in Google's envelope, as the API of Data Fusion writes it. */
export function googleError(code: number, message: string): Answer {
  const answer = json({ error: { code, message, status: words[code] ?? 'UNKNOWN' } }, code);
  return code === 429 ? { ...answer, headers: { ...answer.headers, 'retry-after': '1' } } : answer;
}

/** An error as CDAP writes it: plain text. */
export function plain(status: number, body = ''): Answer {
  return { status, body, headers: { 'content-type': 'text/plain; charset=utf-8' } };
}
