import { z } from 'zod';
import { blockFault } from '../slack/blocks.ts';

/** A call as it came. */
interface ChannelCall {
  readonly body: unknown;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, string>>;
}

/** What a service answers: JSON, or a text as it is. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One service: what it says to a call, and how it words the refusals that can be asked for. */
interface Service {
  readonly accept: (call: ChannelCall) => ServiceAnswer;
  /** This address can never be reached. */
  readonly target: ServiceAnswer;
  /** The credential is not accepted. */
  readonly credential: ServiceAnswer;
}

const text = (max: number) => z.string().min(1).max(max);
const pagerEvent = z.object({
  routing_key: z.string(),
  event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
  dedup_key: text(255),
  payload: z
    .object({
      summary: text(1024),
      source: text(1024),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime().optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  links: z.array(z.object({ href: z.url({ protocol: /^https$/ }), text: z.string() })).optional(),
});

const invalid = (...errors: readonly string[]): ServiceAnswer => ({
  status: 400,
  body: { status: 'invalid event', message: 'Event object is invalid', errors },
});

// PagerDuty Events API v2: 512 KB at most; a routing key has 32 characters.
const pagerduty: Service = {
  accept: ({ body, bytes }) => {
    const event = pagerEvent.safeParse(body);
    if (bytes > 512_000) return { status: 413, body: '' };
    if (!event.success) return invalid(...event.error.issues.map((issue) => `'${issue.path.join('.')}' is invalid`));
    if (!/^[\da-zA-Z]{32}$/.test(event.data.routing_key)) return invalid("Invalid 'routing_key'");
    if (event.data.event_action === 'trigger' && event.data.payload === undefined)
      return invalid("'payload' is missing");
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: event.data.dedup_key } };
  },
  target: invalid("'payload' is invalid"),
  credential: invalid("Invalid 'routing_key'"),
};

const webhook: Service = {
  accept: ({ headers }) => {
    const isSigned = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].every(
      (name) => headers[name] !== undefined,
    );
    return isSigned ? { status: 204, body: '' } : { status: 401, body: '' };
  },
  target: { status: 410, body: '' },
  credential: { status: 401, body: '' },
};

const widget = z.union([
  z.strictObject({ textParagraph: z.strictObject({ text: text(30_000) }) }),
  z.strictObject({
    buttonList: z.strictObject({
      buttons: z
        .array(
          z.strictObject({
            text: text(1000),
            onClick: z.strictObject({ openLink: z.strictObject({ url: z.url({ protocol: /^https$/ }) }) }),
          }),
        )
        .min(1),
    }),
  }),
]);
const chatMessage = z.strictObject({
  fallbackText: z.string().optional(),
  cardsV2: z.array(
    z.strictObject({
      cardId: text(63),
      card: z.strictObject({
        header: z.strictObject({ title: text(200) }),
        sections: z.array(z.strictObject({ widgets: z.array(widget).min(1) })).max(100),
      }),
    }),
  ),
});

const chatError = (status: number, code: string): ServiceAnswer => ({
  status,
  body: { error: { code: status, status: code } },
});

// Google Chat API, spaces.messages.create: 32,000 bytes with all cards.
const googleChat: Service = {
  accept: ({ body, bytes, query }) => {
    if (bytes > 32_000 || !chatMessage.safeParse(body).success) return chatError(400, 'INVALID_ARGUMENT');
    const thread = query['threadKey'] ?? 'none';
    return {
      status: 200,
      body: { name: 'spaces/LOCAL/messages/1', thread: { name: `spaces/LOCAL/threads/${thread}` } },
    };
  },
  target: chatError(404, 'NOT_FOUND'),
  credential: chatError(401, 'UNAUTHENTICATED'),
};

const teamsMessage = z.object({
  type: z.literal('message'),
  attachments: z
    .array(
      z.object({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        content: z.object({ type: z.literal('AdaptiveCard'), version: z.string(), body: z.array(z.unknown()).min(1) }),
      }),
    )
    .length(1),
});

// Microsoft Teams workflows: 28 KB, and an answer before anything is posted.
const teams: Service = {
  accept: ({ body, bytes }) => {
    if (bytes > 28 * 1024) return { status: 413, body: '' };
    return teamsMessage.safeParse(body).success ? { status: 202, body: '' } : { status: 400, body: '' };
  },
  target: { status: 404, body: { error: { code: 'WorkflowNotFound' } } },
  credential: { status: 401, body: { error: { code: 'DirectApiAuthorizationRequired' } } },
};

const slackMessage = z.looseObject({ text: text(40_000), blocks: z.unknown() });

const slackWebhook: Service = {
  accept: ({ body }) => {
    const message = slackMessage.safeParse(body);
    if (!message.success) return { status: 400, body: 'invalid_payload' };
    const { blocks } = message.data;
    const fault = blocks === undefined ? undefined : blockFault(blocks);
    return fault === undefined ? { status: 200, body: 'ok' } : { status: 400, body: fault.error };
  },
  target: { status: 404, body: 'channel_not_found' },
  credential: { status: 403, body: 'invalid_token' },
};

/** The services by the names that policies use. */
export const services = { pagerduty, webhook, googleChat, teams, slackWebhook } as const;
export type ServiceName = keyof typeof services;
