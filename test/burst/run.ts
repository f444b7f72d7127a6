import { runBurst } from './burst.ts';

// 5,000 notices of 300 owners at once, in real time. Exit code 1, with words, when anybody was not told exactly once.

const size = { notices: 5000, owners: 300, mostPerOwner: 40 };
const deployment = { instances: 2, concurrency: 40, retry: { minimumMs: 10_000, maximumMs: 600_000 } };
const downMs = 45_000;
const mostMs = 300_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const result = await runBurst({ ...size, ...deployment, downMs });
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
say(`${size.notices} notices of ${size.owners} owners, at most ${result.busiestPlace} in one place, in real time:`);
say(`  ${result.messages} messages arrived within ${seconds(result.tookMs)}`);
say(`  Slack was asked to post ${result.slackPosts} times and refused ${result.slackLimited} of them with 429`);
say(`  ${result.unanswered} calls to Slack got no answer in time, so that nobody knows what became of them`);
say(
  `  Pub/Sub delivered ${result.deliveries} times, one notice at most ${result.mostAttempts} times, and gave up ${result.deadLetters}`,
);
say(`  one owner was not in Slack, and the channel of another one was down for ${seconds(downMs)}`);

const late = result.tookMs > mostMs ? [`it took ${seconds(result.tookMs)}, more than ${seconds(mostMs)}`] : [];
const faults = [...result.faults, ...late];
if (faults.length === 0) {
  say('Each owner was told of each notice exactly once; nothing was lost.');
} else {
  say(`${faults.length} things are wrong:`);
  for (const fault of faults.slice(0, 20)) say(`  ${fault}`);
  process.exitCode = 1;
}
