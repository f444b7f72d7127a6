import { channelContract } from '../contracts/channel.ts';
import { emailUnderTest, httpUnderTest } from './channel-worlds.ts';

channelContract('PagerDuty', () => httpUnderTest('pagerduty'));
channelContract('A webhook', () => httpUnderTest('webhook'));
channelContract('Google Chat', () => httpUnderTest('googleChat'));
channelContract('Microsoft Teams', () => httpUnderTest('teams'));
channelContract('A Slack incoming webhook', () => httpUnderTest('slackWebhook'));
channelContract('E-mail', emailUnderTest);
