import { createHash } from 'node:crypto';
import { ChannelError, type Channel, type SendOptions } from './channel.ts';
import type { Message } from './message.ts';
import type { Address } from './notice.ts';
import { plainMessage } from './render.ts';
import { mailHtml } from './render-email.ts';
import { readSmtp, smtpFailure, socketUntil, type Smtp } from './smtp.ts';
import { oneLine } from './text.ts';

const name = 'email';
const patienceMs = 15_000;

/** `url` is that of the mail server, with its password; `sender` the address that mails come from. */
export interface EmailOptions {
  readonly url: string;
  readonly sender: string;
  readonly timeoutMs?: number | undefined;
}

const addressForm = /^[^\s@<>"(),:;\\[\]]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const idForm = /^<[\w.+-]{1,200}@[\w.-]{1,200}>$/;

function addressOf(to: Address): string {
  if ('email' in to && to.email.length <= 254 && addressForm.test(to.email)) return to.email;
  const reason = 'this is not an e-mail address';
  throw new ChannelError(`[${name}] ${reason}`, { kind: 'target', reason });
}

/** The same notice to the same reader has the same id, so that mail programs can show a repetition once (RFC 5322). */
function messageId(noticeId: string, to: string, sender: string): string {
  const reader = createHash('sha256').update(to.toLowerCase()).digest('hex').slice(0, 12);
  return `<${noticeId.replaceAll(/[^\w-]/g, '-')}.${reader}@${sender.split('@').at(-1) ?? 'localhost'}>`;
}

/** A mail as nodemailer takes it; nothing of it comes from a file or an address on the web. */
function mailOf(message: Message, to: string, { sender, options }: { sender: string; options: SendOptions }) {
  const under = options.under !== undefined && idForm.test(options.under.id) ? options.under.id : undefined;
  return {
    from: { name: 'Jobwarden', address: sender },
    to: { name: '', address: to },
    envelope: { from: sender, to },
    subject: oneLine(message.title, 150),
    messageId: messageId(options.noticeId, to, sender),
    // Nobody's out-of-office message shall answer this one (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(under === undefined ? {} : { inReplyTo: under, references: under }),
    text: plainMessage(message),
    html: mailHtml(message),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

async function deliver(smtp: Smtp, mail: ReturnType<typeof mailOf>, limit: AbortSignal, timeoutMs: number) {
  // Loaded with the first mail: most deployments send none.
  const { createTransport } = await import('nodemailer');
  const { auth, ...place } = smtp;
  const transport = createTransport({
    ...place,
    ...(auth === undefined ? {} : { auth }),
    getSocket: socketUntil(smtp, limit),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  await transport.sendMail(mail);
}

/**
 * E-mail through an SMTP server: plain text and HTML, one recipient per mail. A mail whose delivery is in doubt is sent
 * again under the same Message-ID.
 */
export function emailChannel({ url, sender, timeoutMs = patienceMs }: EmailOptions): Channel {
  return {
    name,
    send: async (message, to, options) => {
      const clock = AbortSignal.timeout(timeoutMs);
      const limit = options.signal === undefined ? clock : AbortSignal.any([clock, options.signal]);
      const mail = mailOf(message, addressOf(to), { sender, options });
      const smtp = readSmtp(url);
      try {
        limit.throwIfAborted();
        await deliver(smtp, mail, limit, timeoutMs);
      } catch (error) {
        if (!limit.aborted) throw smtpFailure(error);
        const says = clock.aborted ? `the mail server did not finish within ${timeoutMs} ms` : 'it was ended';
        throw new ChannelError(`[${name}] ${says}`, { kind: 'transient' });
      }
      return { room: mail.to.address, id: mail.messageId };
    },
  };
}
