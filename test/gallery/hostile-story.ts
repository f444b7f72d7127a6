import { tell, type Story, type Told } from './story.ts';

// Synthetic: texts that would do harm where they were read as anything but text. `hit` would note that one was executed.

const texts = {
  script: '<script>window.hit=1</script><img src=x onerror="window.hit=2">',
  ends: `"><b onclick=window.hit=3>x</b></pre></script></style><svg onload=window.hit=4>`,
  link: '[the console](https://evil.example/) <https://evil.example/|the console> <a href="javascript:window.hit=5">y</a>',
  calls: '<!channel> <!here> <@U0123456> <users/all> <at>Everyone</at> @channel',
  marks: '``` `y` *bold* _it_ ~s~ safe\u202egnp.exe &lt;b&gt; {{DATE(2026-01-01T00:00:00Z)}}',
} as const;

function poisoned({ notice, delivery }: Told): Told {
  const jobs = notice.jobs.map((job) => ({
    ...job,
    hints: [texts.ends],
    data: texts.calls,
    next: texts.link,
    clientRun: texts.script,
    commands: { see: texts.ends, repeat: texts.script },
    snippet: [texts.script, `  ${texts.ends}`],
  }));
  const owner = { ...notice.owner, foundBy: texts.script };
  return { notice: { ...notice, jobs, owner, help: { ...notice.help, askIn: texts.ends } }, delivery };
}

/** A message whose every text from outside is markup, a link or a call to somebody. */
export function hostileStory(): Story {
  const job = {
    id: `${texts.script}${texts.ends}`,
    principal: 'sam@example.com',
    labels: { dbt_invocation_id: texts.script, owner: texts.ends },
    queryText: `${texts.script}\n${texts.marks}`,
    location: texts.script,
    project: texts.ends,
  };
  const told = tell({ job, verdict: { because: texts.marks }, outcome: { why: texts.script } });
  return { id: 'hostile', name: 'Hostile texts, shown as they are', readers: 'the owner', told: told.map(poisoned) };
}
