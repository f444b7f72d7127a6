import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A request under way: the status it was answered with, or undefined when it broke or was called off. */
export interface Posted {
  readonly status: Promise<number | undefined>;
  readonly abort: () => void;
}

/** Sends a JSON body once: redirects are not followed, the answer's body is thrown away, the URL is kept as it is. */
export function post(endpoint: URL, body: string, headers: Readonly<Record<string, string>>): Posted {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const send = endpoint.protocol === 'https:' ? httpsRequest : httpRequest;
  // No agent: a kept-alive connection that its server closes would look like a failed delivery.
  const request = send(endpoint, {
    method: 'POST',
    agent: false,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  const breakOff = (status?: number): void => {
    resolve(status);
    request.destroy();
  };
  // 102 is only ever an interim answer for Node, yet an acknowledgement for Pub/Sub.
  request.on('information', ({ statusCode }) => statusCode === 102 && breakOff(102));
  request.on('response', (response) => {
    response.on('end', () => resolve(response.statusCode));
    response.on('error', () => breakOff());
    response.resume();
  });
  request.on('error', () => breakOff());
  request.on('close', () => breakOff());
  request.end(body);
  return { status: promise, abort: () => breakOff() };
}
