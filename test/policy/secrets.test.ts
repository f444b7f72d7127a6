import { describe, expect, it } from 'vitest';
import { looksSecret, maskSecrets } from '../../shared/policy/secrets.ts';

// Synthetic: none of these opens anything.
const secrets = [
  'xoxb-0000-synthetic',
  'xoxp-0000-synthetic',
  'xoxe.xoxp-0000-synthetic',
  'xapp-1-A0000-synthetic',
  'https://hooks.slack.com/services/T000/B000/synthetic',
  'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=synthetic',
  'https://chat.googleapis.com/v1/spaces/AAAA/messages/synthetic',
  'https://prod-00.westeurope.logic.azure.com:443/workflows/0?sig=synthetic',
  'https://prod-00.westeurope.logic.azure.com:443/workflows/synthetic',
  'https://prod-00.westeurope.logic.azure.com/workflows/synthetic',
  'https://example.webhook.office.com/webhookb2/synthetic',
  'https://example.com/in?team=1&token=synthetic',
  'smtps://mailer:synthetic@mail.example.com:465',
  '-----BEGIN PRIVATE KEY-----',
  'whsec_c3ludGhldGlj',
];
const harmless = [
  'SLACK_BOT_TOKEN',
  'https://example.com/jobwarden/runbook',
  'https://example.com/search?q=keys',
  'sam@example.com',
  'xoxo',
  'BEGIN',
  '',
];

describe('secrets', () => {
  it.each(secrets)('%s is one', (text) => expect(looksSecret(text)).toBe(true));
  it.each(harmless)('%j is none, and stays as it is', (text) => {
    expect(looksSecret(text)).toBe(false);
    expect(maskSecrets(text)).toBe(text);
  });

  it.each(secrets)('%s is masked in the middle of a line, which keeps its length', (text) => {
    const line = `  tokenFrom: "${text}" # by sam`;
    const masked = maskSecrets(line);
    expect(masked).toHaveLength(line.length);
    expect(masked).not.toContain('synthetic');
    expect(masked.endsWith('" # by sam')).toBe(true);
  });

  it('are found again and again', () => {
    for (let round = 0; round < 3; round += 1) expect(looksSecret('xoxb-0000-synthetic')).toBe(true);
  });
});
