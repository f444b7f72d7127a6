import { setTimeout as sleep } from 'node:timers/promises';
import { BigQuery, type GetJobsOptions, type GetJobsResponse } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { z } from 'zod';
import { projectNames } from './names.ts';
import { plainCheck } from './policy.ts';
import { resultOf } from './result.ts';

// A process of its own: what a script does that somebody writes with the official client. `library.js '{"endpoint": …,
// "projects": …, "atOnce": 1}'` lists the projects in sequence, or so many at once, and prints what it took.

const { endpoint, projects, atOnce } = z
  .object({ endpoint: z.string(), projects: z.number(), atOnce: z.number() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const authClient = new PassThroughClient();
const asked = { allUsers: true, stateFilter: ['running', 'pending'], projection: 'full', maxResults: 1000 } as const;
const mostTries = 8;

/** One page of a project's jobs; the library does not try again after a 403, so the script does. */
async function pageOf(client: BigQuery, query: GetJobsOptions, tries = 0): Promise<GetJobsResponse> {
  try {
    return await client.getJobs(query);
  } catch (error) {
    if (!String(error).includes('Exceeded rate limits') || tries >= mostTries) throw error;
    await sleep(1000 * 2 ** tries * (0.5 + Math.random() / 2));
    return pageOf(client, query, tries + 1);
  }
}

let [jobs, found] = [0, 0];

async function list(projectId: string): Promise<void> {
  const client = new BigQuery({ projectId, authClient, apiEndpoint: endpoint });
  let query: GetJobsOptions | null = { ...asked, stateFilter: [...asked.stateFilter], autoPaginate: false };
  while (query !== null) {
    const [page, next]: GetJobsResponse = await pageOf(client, query);
    jobs += page.length;
    const nowMs = Date.now();
    for (const job of page) if (plainCheck(job.metadata, nowMs)) found += 1;
    query = next ?? null;
  }
}

// As the product, it is not new: the library is loaded, and has sent something.
await new BigQuery({ projectId: 'bench', authClient, apiEndpoint: endpoint }).job('none').exists();
const began = { ms: performance.now(), cpu: process.cpuUsage() };
const left = [...projectNames(projects)];
const worker = async (): Promise<void> => {
  for (let project = left.shift(); project !== undefined; project = left.shift()) await list(project);
};
await Promise.all(Array.from({ length: atOnce }, worker));
console.log(JSON.stringify(resultOf(began, { jobs, found })));
