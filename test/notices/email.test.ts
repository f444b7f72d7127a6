import PostalMime from 'postal-mime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emailChannel } from '../../shared/notices/email.ts';
import type { Message } from '../../shared/notices/message.ts';
import { readSmtp } from '../../shared/notices/smtp.ts';
import { message } from '../contracts/channel.ts';
import { startMailbox } from './channel-worlds.ts';

// Synthetic: no such person, server or mailbox exists.

const sender = 'jobwarden@example.com';
const sam = { email: 'sam@example.com' };

describe('the e-mail channel, before a real mail server', () => {
  let mailbox: Awaited<ReturnType<typeof startMailbox>>;
  const send = (given: Message = message, options = {}) =>
    emailChannel({ url: mailbox.url, sender }).send(given, sam, { noticeId: 'notice-1', ...options });
  const mail = async (position = 0) => PostalMime.parse(mailbox.mails[position]?.raw ?? '');

  beforeEach(async () => {
    mailbox = await startMailbox();
  });
  afterEach(async () => {
    await mailbox.close();
  });

  test('sends one mail in plain text and HTML, to one person', async () => {
    await send();
    expect(mailbox.mails).toMatchObject([{ from: sender, to: ['sam@example.com'] }]);
    const read = await mail();
    expect(read).toMatchObject({
      from: { address: sender, name: 'Jobwarden' },
      to: [{ address: 'sam@example.com' }],
      subject: 'Your BigQuery job was cancelled',
    });
    expect(read.cc).toBeUndefined();
    expect(read.bcc).toBeUndefined();
    expect(read.text).toContain('over the limit of 30 min');
    expect(read.html).toContain('over the limit of 30 min');
    expect(read.html).toContain('<a href="https://example.com/ask">Ask for an exemption</a>');
    expect(read.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
  });

  test('gives the same notice the same Message-ID for a person, and another one for others', async () => {
    const [first, second] = [await send(), await send()];
    expect(first.id).toMatch(/^<notice-1\.[\da-f]{12}@example\.com>$/);
    expect(second.id).toBe(first.id);
    expect((await mail()).messageId).toBe(first.id);
    const channel = emailChannel({ url: mailbox.url, sender });
    expect((await channel.send(message, { email: 'kim@example.com' }, { noticeId: 'notice-1' })).id).not.toBe(first.id);
    expect((await send(message, { noticeId: 'notice-2' })).id).not.toBe(first.id);
  });

  test('answers under the mail that it is about', async () => {
    const first = await send();
    await send(message, { noticeId: 'notice-2', under: first });
    expect(await mail(1)).toMatchObject({ inReplyTo: first.id, references: first.id });
    await send(message, { noticeId: 'notice-3', under: { room: 'x', id: '<x@y>\r\nBcc: evil@example.com' } });
    expect((await mail(2)).inReplyTo).toBeUndefined();
  });

  test.each(['\r\n', '\n', '\r', '\u2028', '\u0000', '\r\n\r\n'])(
    'lets nothing become a header: %j in the title',
    async (line) => {
      const title = `Your job${line}Bcc: evil@example.com${line}X-Evil: 1`;
      await send({ ...message, title });
      const read = await mail();
      expect(read.headers.map(({ key }) => key)).not.toContain('bcc');
      expect(read.headers.map(({ key }) => key)).not.toContain('x-evil');
      expect(mailbox.mails.map(({ to }) => to)).toEqual([['sam@example.com']]);
    },
  );

  test.each([
    'sam@example.com\r\nBcc: evil@example.com',
    'sam@example.com, evil@example.com',
    'Sam <evil@example.com>',
    '"sam, evil"@example.com',
    'sam@example.com> ORCPT=rfc822;x',
    'sam',
    '@example.com',
    `${'s'.repeat(300)}@example.com`,
    '',
  ])('takes no address that is more, or less, than one: %j', async (email) => {
    const channel = emailChannel({ url: mailbox.url, sender });
    await expect(channel.send(message, { email }, { noticeId: 'notice-1' })).rejects.toMatchObject({ kind: 'target' });
    await expect(channel.send(message, { channel: '#data' }, { noticeId: 'n' })).rejects.toMatchObject({
      kind: 'target',
    });
    expect(mailbox.mails).toEqual([]);
  });

  test('says that the sign-in is refused when the password is wrong, without the password', async () => {
    const url = mailbox.url.replace('not-a-real', 'wrong');
    const error: unknown = await emailChannel({ url, sender })
      .send(message, sam, { noticeId: 'notice-1' })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'credential', reason: expect.stringContaining('(535') });
    expect(String(error)).not.toContain('wrong-password');
  });

  test.each<[string, string, number, string]>([
    ['our sender is refused', 'onMailFrom', 550, 'credential'],
    ['our sender is put off', 'onMailFrom', 451, 'transient'],
    ['the address is unknown', 'onRcptTo', 550, 'target'],
    ['the address is put off (greylisting)', 'onRcptTo', 450, 'transient'],
    ['the mail is refused', 'onData', 552, 'target'],
    ['the mail is put off', 'onData', 452, 'transient'],
  ])('keeps apart where %s (%s, %i)', async (_what, step, responseCode, kind) => {
    const refuse = (...given: unknown[]) => {
      const [stream, , done] = given;
      if (step === 'onData') Object(stream).resume();
      if (typeof done === 'function') done(Object.assign(new Error('5.1.1 for sam@example.com'), { responseCode }));
    };
    const refusing = await startMailbox({ [step]: refuse });
    const error: unknown = await emailChannel({ url: refusing.url, sender })
      .send(message, sam, { noticeId: 'notice-1' })
      .catch((caught: unknown) => caught);
    await refusing.close();
    expect(error).toMatchObject({ kind, reason: expect.stringContaining(`(${responseCode} `) });
    expect(String(error)).not.toContain('sam@example.com');
  });

  test('does not send a password without encryption to another machine', () => {
    expect(readSmtp('smtp://u:p@mail.example.com')).toMatchObject({ requireTLS: true, secure: false, port: 587 });
    expect(readSmtp('smtps://u:p%40@mail.example.com')).toMatchObject({
      secure: true,
      port: 465,
      auth: { pass: 'p@' },
    });
    expect(readSmtp('smtp://relay.example.com:2525')).toMatchObject({ requireTLS: false, auth: undefined, port: 2525 });
  });

  test.each([
    'https://mail.example.com',
    'mail.example.com',
    'smtp://',
    'smtp://u:%zz@mail.example.com',
    'smtp://h/x?y',
  ])('cannot be used with the URL %j, and does not repeat it', async (url) => {
    const error: unknown = await emailChannel({ url, sender })
      .send(message, sam, { noticeId: 'notice-1' })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'credential' });
    expect(String(error)).not.toContain('mail.example.com');
  });

  test('asks for another delivery when nobody listens', async () => {
    const url = 'smtp://127.0.0.1:9';
    const sent = emailChannel({ url, sender }).send(message, sam, { noticeId: 'notice-1' });
    await expect(sent).rejects.toMatchObject({ kind: 'transient' });
  });
});
