/** An answer's body went on for too long; the rest of it was not read. */
export class TooLarge extends Error {}

/** The body as text. Rejects with `TooLarge`, and hangs up, once there are more bytes than that (counted unpacked). */
export async function bodyText(response: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
