import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { officialEmulatorInstalled, startOfficialEmulator } from '../../../infra/local/pubsub/official.ts';

// Made-up emulators: scripts at the place where google-cloud-cli keeps its own.

const answersOk = `#!/bin/sh
exec "${process.execPath}" -e '
  const port = Number(process.argv.find((arg) => arg.startsWith("--port=")).slice(7));
  require("node:http").createServer((_, response) => response.end("Ok")).listen(port, "127.0.0.1");
' -- "$@"
`;
const hasNoJava = `#!/bin/sh
echo "ERROR: no java command could be found"
exit 1
`;

describe('starting the official emulator', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'made-up-sdk-'));
    vi.stubEnv('PATH', join(root, 'bin'));
    vi.stubEnv('CLOUDSDK_ROOT_DIR', '');
    vi.stubEnv('TMPDIR', join(root, 'tmp'));
    await mkdir(join(root, 'tmp'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true });
  });

  const install = async (script: string): Promise<void> => {
    const folder = join(root, 'platform', 'pubsub-emulator', 'bin');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'cloud-pubsub-emulator'), script);
    await chmod(join(folder, 'cloud-pubsub-emulator'), 0o755);
  };
  const traces = (): Promise<readonly string[]> => readdir(join(root, 'tmp'));

  it('says how to install it when it is not there', async () => {
    expect(officialEmulatorInstalled()).toBe(false);
    await expect(startOfficialEmulator()).rejects.toThrow(
      /^\[pubsub\] The official Pub\/Sub emulator is not installed\. Install it with "gcloud components install pubsub-emulator"/,
    );
  });

  it('finds it beside the gcloud of PATH, ends it, and leaves nothing behind', async () => {
    await install(answersOk);
    await mkdir(join(root, 'bin'));
    await writeFile(join(root, 'bin', 'gcloud'), '');
    expect(officialEmulatorInstalled()).toBe(true);
    const emulator = await startOfficialEmulator();
    expect(emulator.host).toBe(`127.0.0.1:${emulator.port}`);
    expect(await (await fetch(`http://${emulator.host}/`)).text()).toBe('Ok');
    await emulator.close();
    await expect(fetch(`http://${emulator.host}/`)).rejects.toThrow('fetch failed');
    expect(await traces()).toEqual([]);
    await emulator.close();
  });

  it('repeats what the emulator said when it does not start', async () => {
    await install(hasNoJava);
    vi.stubEnv('CLOUDSDK_ROOT_DIR', root);
    expect(officialEmulatorInstalled()).toBe(true);
    await expect(startOfficialEmulator()).rejects.toThrow(
      /did not start\..* It said: ERROR: no java command could be found/,
    );
    expect(await traces()).toEqual([]);
  });

  it('says so when the script cannot be run at all', async () => {
    await install('no shebang, no permission');
    await chmod(join(root, 'platform', 'pubsub-emulator', 'bin', 'cloud-pubsub-emulator'), 0o644);
    vi.stubEnv('CLOUDSDK_ROOT_DIR', root);
    await expect(startOfficialEmulator()).rejects.toThrow(/did not start\..* It said: nothing/);
    expect(await traces()).toEqual([]);
  });
});
