import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileNames, roles, type Role } from './control.ts';
import { openCrew, type Crew } from './crew.ts';
import { openFront, type Front, type Upstream } from './front.ts';
import { openGate, type Boundary, type Gate } from './gate.ts';
import { sharedClock, type SharedClock } from './shared-clock.ts';
import { openWork } from './work.ts';

export const topic = 'projects/jobwarden-local/topics/jobwarden';

/** A place for runs, one after the other: both processes, their clock and state, and the proxies around them. */
export interface Lane {
  readonly clock: SharedClock;
  readonly state: string;
  /** Where Pub/Sub delivers to. */
  readonly pushUrl: string;
  /** Empties the state, puts the clock back, and has new processes come: nobody remembers the run before. */
  readonly begin: (policy: Uint8Array) => Promise<void>;
  /** From now on requests go to these stand-ins, and a process ends at the boundary if there is one. */
  readonly attach: (upstream: Upstream, boundary: Boundary | undefined) => Promise<void>;
  readonly setPolicy: (text: Uint8Array) => Promise<void>;
  readonly sweep: () => Promise<void>;
  readonly gate: () => Gate;
  /** The writes that took effect, in order: `watch link ledger.json`. */
  readonly commits: () => Promise<readonly string[]>;
  readonly crew: Pick<Crew, 'gone' | 'takeLogs'>;
  readonly close: () => Promise<void>;
}

/** Written as a whole: nobody ever reads half of it. */
async function overwrite(file: string, text: Uint8Array | string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

interface Folders {
  readonly folder: string;
  readonly state: string;
  readonly policyFile: string;
}

async function makeFolders(): Promise<Folders> {
  const folder = await mkdtemp(join(tmpdir(), 'jobwarden-crash-'));
  await mkdir(join(folder, 'policy'));
  return { folder, state: join(folder, 'state'), policyFile: join(folder, 'policy', 'policy.yaml') };
}

function settingsOf(role: Role, { folder, state, policyFile }: Folders, { urls, pubsub }: Front) {
  const both = { CRASH_FOLDER: folder, JOBWARDEN_STATE: state, PUBSUB_EMULATOR_HOST: pubsub[role] };
  const watch = {
    JOBWARDEN_MODE: 'enforce',
    JOBWARDEN_POLICY: policyFile,
    JOBWARDEN_TOPIC: topic,
    BIGQUERY_EMULATOR_HOST: urls.bigquery,
  };
  const notify = {
    JOBWARDEN_DEAD_LETTER_TOPIC: `${topic}-dead-letters`,
    // Not a secret: the stand-in takes every token of this form.
    SLACK_BOT_TOKEN: 'xoxb-local-stand-in',
    SLACK_API_URL: `${urls.slack}/api/`,
  };
  return { ...both, ...(role === 'watch' ? watch : notify) };
}

/** The processes, the proxies around them, and the clock that all of them share. */
async function openParts(folders: Folders) {
  // A process that neither waits nor is asked for anything has nothing to do.
  const isIdle = (role: Role): boolean => work.count(role) === 0 || crew.isWaiting(role);
  const clock = sharedClock(folders.folder, {
    areQuiet: () => work.count('stand-ins') === 0 && roles.every(isIdle),
    idle: async () => crew.idle(),
  });
  const work = openWork(clock.stir);
  const urlOf = async (role: Role): Promise<string> => (await crew.current(role)).url;
  const front = await openFront({ now: clock.now, work, urlOf });
  const crew = openCrew((role) => settingsOf(role, folders, front), clock);
  return { clock, front, crew };
}

/** Opens a lane in a new folder, which is removed with it. */
export async function openLane(): Promise<Lane> {
  const folders = await makeFolders();
  const { folder, state, policyFile } = folders;
  const { clock, front, crew } = await openParts(folders);
  return {
    clock,
    state,
    crew,
    pushUrl: `${front.urls.push}/${topic}`,
    sweep: front.sweep,
    gate: front.gate,
    begin: async (policy) => {
      await crew.renew();
      await rm(state, { recursive: true, force: true });
      await mkdir(state);
      await overwrite(policyFile, policy);
      await overwrite(join(folder, fileNames.commits), '');
      clock.reset();
    },
    attach: async (upstream, boundary) => {
      const last = boundary?.when === 'commit' ? `${boundary.by} ${boundary.what}` : '';
      await overwrite(join(folder, fileNames.endAfter), last);
      if (boundary !== undefined) crew.prepare(boundary.by);
      front.attach(upstream, openGate(boundary, crew.end));
      await Promise.all(roles.map(crew.current));
    },
    setPolicy: async (text) => overwrite(policyFile, text),
    commits: async () => (await readFile(join(folder, fileNames.commits), 'utf8')).split('\n').filter(Boolean),
    close: async () => {
      await crew.close();
      await front.close();
      clock.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
