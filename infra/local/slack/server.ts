import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ActiveFault, Faults } from './faults.ts';
import { faultSchema } from './faults.ts';
import { bodyOf, jsonObject, sendJson } from './http.ts';
import { methods, type Call, type MethodAnswer, type State } from './methods.ts';
import { inboxPage, roomsMarkup } from './page.ts';

interface Served {
  readonly state: State;
  readonly faults: Faults;
  readonly scopes: readonly string[];
}

function callOf(request: IncomingMessage, url: URL, body: string): Call | undefined {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const query = Object.fromEntries(url.searchParams);
  if (!isJson) return { args: { ...query, ...Object.fromEntries(new URLSearchParams(body)) }, isJson: false };
  const args = jsonObject(body === '' ? '{}' : body);
  return args === undefined ? undefined : { args: { ...query, ...args }, isJson: true };
}

function tokenOf(request: IncomingMessage, call: Call): string | undefined {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const given = call.isJson ? undefined : call.args['token'];
  return bearer ?? (typeof given === 'string' ? given : undefined);
}

function answerOf(name: string, call: Call, token: string | undefined, state: State): MethodAnswer {
  const method = methods.get(name);
  if (method === undefined) return { ok: false, error: 'unknown_method', req_method: name };
  if (token === undefined) return { ok: false, error: 'not_authed' };
  if (!token.startsWith('xoxb-')) return { ok: false, error: 'invalid_auth' };
  return method(call, state);
}

function rateLimited(response: ServerResponse, seconds: number): void {
  response.setHeader('retry-after', String(seconds));
  sendJson(response, 429, { ok: false, error: 'ratelimited' });
}

function spoil(response: ServerResponse, { fault, retryAfterSeconds }: ActiveFault): void {
  if (fault === 'hang') return;
  if (fault === 'rate-limited') rateLimited(response, retryAfterSeconds);
  else if (fault === 'server-error') sendJson(response, 500, { ok: false, error: 'internal_error' });
  else if (fault === 'malformed') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Slack is down');
  else sendJson(response, 200, { ok: false, error: fault });
}

async function serveMethod(request: IncomingMessage, response: ServerResponse, url: URL, by: Served): Promise<void> {
  const name = url.pathname.replace(/^\/(api\/)?/, '');
  const body = await bodyOf(request);
  const call = body === undefined ? undefined : callOf(request, url, body);
  const fault = methods.has(name) ? by.faults.next(name) : undefined;
  if (fault !== undefined && !fault.carryOut) {
    spoil(response, fault);
    return;
  }
  if (call === undefined) {
    sendJson(response, 200, { ok: false, error: body === undefined ? 'msg_too_long' : 'invalid_json' });
    return;
  }
  const token = tokenOf(request, call);
  // Every answer to a token says what it may do (Slack Web API).
  if (token !== undefined) response.setHeader('x-oauth-scopes', by.scopes.join(','));
  const answer = answerOf(name, call, token, by.state);
  if (fault !== undefined) spoil(response, fault);
  else if ('rateLimited' in answer) rateLimited(response, 1);
  else sendJson(response, 200, answer);
}

async function serveFaults(request: IncomingMessage, response: ServerResponse, faults: Faults): Promise<void> {
  if (request.method === 'DELETE') faults.clear();
  if (request.method === 'POST') {
    const fault = faultSchema.safeParse(jsonObject((await bodyOf(request)) ?? ''));
    if (!fault.success) {
      sendJson(response, 400, {
        error: fault.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      });
      return;
    }
    faults.add(fault.data);
  }
  sendJson(response, 200, { faults: faults.list() });
}

function sendHtml(response: ServerResponse, html: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers });
  response.end(html);
}

/** The rooms as the page shows them, or nothing new after the version that the page has. */
function serveRooms(response: ServerResponse, url: URL, { inbox }: State): void {
  const version = inbox.version();
  if (url.searchParams.get('after') === version) response.writeHead(204, { 'cache-control': 'no-store' }).end();
  else sendHtml(response, roomsMarkup(inbox.list()).html, { 'x-version': version });
}

/** Answers one request: the inbox, as a page too, the faults, or a method under `/api/` or at the root. */
export async function serve(request: IncomingMessage, response: ServerResponse, by: Served): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/inbox') sendJson(response, 200, by.state.inbox.list());
  else if (url.pathname === '/local/faults') await serveFaults(request, response, by.faults);
  else if (url.pathname === '/') sendHtml(response, inboxPage(by.state.inbox.list(), by.state.inbox.version()));
  else if (url.pathname === '/rooms') serveRooms(response, url, by.state);
  else await serveMethod(request, response, url, by);
}
