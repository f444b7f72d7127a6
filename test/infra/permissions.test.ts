import { describe, expect, test } from 'vitest';
import type { Grant, Needed } from '../../infra/local/permissions.ts';
import { permittedRun, places } from './permitted-run.ts';
import { grantsIn, type Identity, type Mode } from './roles.ts';
import { readTerraform } from './terraform/read.ts';

// The custom roles are held against what the two functions ask the stand-ins for. What this cannot show: that Google
// needs exactly these permissions for those methods. The stand-ins have it from the references of the APIs.

const { files } = await readTerraform();
const roles = files['roles.tf'];
if (roles === undefined) throw new Error('infra/gcp/roles.tf is not there');

type Grants = Readonly<Record<Identity, readonly Grant[]>>;

/** What is wrong with the roles, as sentences: what was needed and is not granted, and what nobody needed. */
function faultsOf(grants: Grants, needed: Readonly<Record<Identity, readonly Needed[]>>): readonly string[] {
  const missing = Object.entries(needed).flatMap(([who, all]) =>
    all
      .filter(({ granted }) => granted === undefined)
      .map((one) => `${who} lacks ${one.permission} on ${one.resource}`),
  );
  const used = new Set(
    Object.values(needed).flatMap((all) => all.map(({ granted, permission }) => `${granted}: ${permission}`)),
  );
  const given = Object.values(grants).flatMap((all) =>
    all.flatMap(({ role, permissions }) => permissions.map((permission) => `${role}: ${permission}`)),
  );
  const unused = [...new Set(given)].filter((one) => !used.has(one)).map((one) => `${one} is never used`);
  return [...missing, ...unused].sort();
}

function changed(grants: Grants, role: string, change: (permissions: readonly string[]) => readonly string[]): Grants {
  const of = (all: readonly Grant[]) =>
    all.map((one) => (one.role === role ? { ...one, permissions: change(one.permissions) } : one));
  return { watch: of(grants.watch), notify: of(grants.notify) };
}

const without = (permission: string) => (all: readonly string[]) => all.filter((one) => one !== permission);
const withMore = (permission: string) => (all: readonly string[]) => [...all, permission];
const grantsFor = (mode: Mode) => grantsIn(roles, mode, places);

let enforced: ReturnType<typeof permittedRun> | undefined;
/** The run with the roles as they are; it is made once. */
const enforcedRun = () => (enforced ??= permittedRun(grantsFor('enforce'), 'enforce'));

describe('the roles of infra/gcp', () => {
  test('are just enough to cancel, warn, tell, and keep what could not be told', async () => {
    const grants = grantsFor('enforce');
    const run = await enforcedRun();
    expect(faultsOf(grants, run.needed), run.log).toEqual([]);
    const fine = { status: 'ok', troubles: [], events: { waiting: 0 } };
    expect(run.sweeps, run.log).toMatchObject([
      { ...fine, outcomes: { cancelled: 1 } },
      { ...fine, outcomes: { warned: 1 } },
      fine,
    ]);
    expect([run.letters, run.delivered, run.receipts]).toEqual([1, 1, 2]);
  }, 60_000);

  test('are just enough to observe, and could not cancel', async () => {
    const grants = grantsFor('observe');
    expect(grants.watch.flatMap(({ permissions }) => permissions)).not.toContain('bigquery.jobs.update');
    const run = await permittedRun(grants, 'observe');
    expect(faultsOf(grants, run.needed), run.log).toEqual([]);
    expect(run.sweeps[0]).toMatchObject({ status: 'ok', outcomes: { 'would-have-been-cancelled': 1 }, troubles: [] });
  }, 60_000);
});

describe('a mistake in the roles is found', () => {
  const missing: readonly (readonly [string, string, string, string])[] = [
    ['jobs cannot be cancelled', 'watch', 'bigquery.jobs.update', 'projects/permitted'],
    ['jobs of others are redacted', 'watch', 'bigquery.jobs.listAll', 'projects/permitted'],
    ['the ledger cannot be written over', 'state_keeper', 'storage.objects.delete', 'buckets/permitted-state'],
    ['nothing can be published', 'publisher', 'pubsub.topics.publish', places.topics['events'] ?? ''],
  ];
  test.each(missing)(
    'where %s',
    async (_, role, permission, resource) => {
      const grants = changed(grantsFor('enforce'), role, without(permission));
      const { needed } = await permittedRun(grants, 'enforce', 1);
      expect(faultsOf(grants, needed)).toContain(`watch lacks ${permission} on ${resource}`);
    },
    60_000,
  );

  test.each([
    ['watch', 'bigquery.jobs.create'],
    ['policy_reader', 'storage.objects.create'],
    ['publisher', 'pubsub.topics.get'],
  ])(
    'where %s may do what nobody needs: %s',
    async (role, permission) => {
      const grants = changed(grantsFor('enforce'), role, withMore(permission));
      expect(faultsOf(grants, (await enforcedRun()).needed)).toEqual([`${role}: ${permission} is never used`]);
    },
    60_000,
  );
});
