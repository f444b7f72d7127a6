import { connect } from 'node:net';
import { ChannelError, type ChannelFailure } from './channel.ts';
import { isLoopback } from './addresses.ts';

const name = 'email';

/** Where a mail server is, and who we are there. */
export interface Smtp {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise by STARTTLS, which is insisted on where there is a password to protect. */
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
}

/** The mail server in a URL: `smtp://USER:PASSWORD@HOST:587` or `smtps://…`. Throws a `ChannelError` that does not repeat it. */
export function readSmtp(text: string): Smtp {
  const url = URL.parse(text);
  const isSmtp = url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '' && /^\/?$/.test(url.pathname);
  if (!isSmtp) throw unusable('its URL is not smtp://HOST:PORT or smtps://HOST:PORT');
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const auth = url.username === '' ? undefined : { user: plain(url.username), pass: plain(url.password) };
  const isHere = isLoopback(host) || host === 'localhost';
  const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port);
  return { host, port, secure, requireTLS: auth !== undefined && !secure && !isHere, auth };
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw unusable('its URL has a user or password that is not percent-encoded');
  }
}

function unusable(reason: string): ChannelError {
  return new ChannelError(`[${name}] ${reason}`, { kind: 'credential', reason });
}

/** What nodemailer calls for a connection; ours ends with `signal`, at whatever point it is. */
export function socketUntil({ host, port }: Smtp, signal: AbortSignal) {
  return (_options: unknown, done: (error: Error | null, found?: object) => void): void => {
    const socket = connect({ host, port, signal });
    socket.once('error', done);
    socket.once('connect', () => {
      socket.off('error', done);
      done(null, { connection: socket });
    });
  };
}

function field(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
}

function kindOf(code: unknown, status: number | undefined, command: unknown): ChannelFailure {
  if (status !== undefined && status >= 400 && status < 500) return 'transient';
  if (code === 'EAUTH' || code === 'ETLS' || code === 'EREQUIRETLS') return 'credential';
  if (status === undefined) return code === 'EENVELOPE' ? 'target' : 'transient';
  if (status < 500 || status > 599) return 'transient';
  // 530, 534, 535 and 538 ask for another way to sign in (RFC 4954); a sender that is refused is our own.
  const isOurs = [530, 534, 535, 538].includes(status) || command === 'MAIL FROM';
  if (isOurs) return 'credential';
  return command === 'RCPT TO' || command === 'DATA' ? 'target' : 'transient';
}

const words: Readonly<Record<ChannelFailure, string>> = {
  transient: 'the mail server did not take it now',
  target: 'the mail server refuses this address or mail',
  credential: 'the mail server does not accept our sign-in, sender or encryption',
};

/** The error for what nodemailer threw. The server's own words are left out: they may repeat an address. */
export function smtpFailure(error: unknown): ChannelError {
  const status = field(error, 'responseCode');
  const said = typeof status === 'number' ? status : undefined;
  const response = field(error, 'response');
  const enhanced =
    typeof response === 'string' ? /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;
  const kind = kindOf(field(error, 'code'), said, field(error, 'command'));
  const code = said === undefined ? '' : ` (${said}${enhanced === undefined ? '' : ` ${enhanced}`})`;
  const reason = `${words[kind]}${code}`;
  return new ChannelError(`[${name}] ${reason}`, { kind, reason });
}
