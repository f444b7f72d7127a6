import { once } from 'node:events';
import { createServer } from 'node:http';
import { createFaults, type Faults } from './faults.ts';
import { createInbox, type InboxMessage } from './inbox.ts';
import { sendJson } from './http.ts';
import { serve } from './server.ts';
import { createWorkspace, type WorkspaceOptions } from './workspace.ts';

/** `now` is epoch ms. `rateLimit`: one message a second per channel, as Slack allows; off if left out. */
export interface SlackStandInOptions extends WorkspaceOptions {
  readonly port?: number;
  readonly rateLimit?: boolean;
  /** The scopes of every token; those that Jobwarden needs if left out. */
  readonly scopes?: readonly string[];
  readonly now?: () => number;
}

/** A running stand-in. The API is under `${url}/api/`, and at `${url}/` for clients that are given the bare URL. */
export interface SlackStandIn {
  readonly url: string;
  readonly faults: Pick<Faults, 'add' | 'clear' | 'list'>;
  inbox(): readonly InboxMessage[];
  close(): Promise<void>;
}

const usualScopes = ['chat:write', 'im:write', 'users:read', 'users:read.email'];

/**
 * Starts a Slack Web API with an inbox on 127.0.0.1: auth.test, users.lookupByEmail, conversations.open,
 * chat.postMessage and chat.update, for any token that begins with `xoxb-`. `GET /inbox` lists the messages,
 * `GET /` shows them as people see them; `POST /local/faults` makes calls go wrong, `DELETE /local/faults` ends that.
 */
export async function startSlack(options: SlackStandInOptions = {}): Promise<SlackStandIn> {
  const { now = Date.now, rateLimit = false, port = 0, scopes = usualScopes } = options;
  const faults = createFaults();
  const inbox = createInbox(now);
  const state = { workspace: createWorkspace(options), inbox, now, rateLimit };
  const server = createServer((request, response) => {
    serve(request, response, { state, faults, scopes }).catch(() => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { ok: false, error: 'internal_error' });
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('[slack stand-in] there is no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    faults,
    inbox: () => inbox.list(),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
