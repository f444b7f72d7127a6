import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Who may import whom, types included. The first row whose pattern matches a file is its row. Names of packages are as
// in package.json; `node:` modules are free for everybody but the pure parts (below).
const root = fileURLToPath(new URL('..', import.meta.url));
const nobody: readonly string[] = [];

interface Row {
  readonly files: RegExp;
  readonly folders: readonly string[];
  readonly packages: readonly string[];
}

const everythingShared = ['shared'];
const settings = ['functions/settings', 'functions/log'];
const table: readonly Row[] = [
  {
    files: /^functions\/index\.ts$/,
    folders: ['functions', 'shared/jobs'],
    packages: ['@google-cloud/functions-framework'],
  },
  {
    files: /^functions\/caller\.ts$/,
    folders: settings,
    packages: ['@google-cloud/functions-framework', 'google-auth-library'],
  },
  {
    files:
      /^functions\/(settings|settings-table|settings-shape|settings-stand-ins|settings-fleet|log|log-context)\.ts$/,
    folders: ['shared/jobs', ...settings],
    packages: ['zod'],
  },
  {
    files: /^functions\/watch\//,
    folders: ['functions/watch', ...everythingShared, ...settings],
    packages: ['@google-cloud/functions-framework'],
  },
  {
    files: /^functions\/notify\//,
    folders: [
      'functions/notify',
      'shared/jobs',
      'shared/policy',
      'shared/objects',
      'shared/ledger',
      'shared/audit',
      'shared/notices',
      ...settings,
    ],
    packages: ['@google-cloud/functions-framework', 'zod'],
  },
  {
    files: /^functions\/cli\/backtest-query\.ts$/,
    folders: ['functions/cli', ...everythingShared],
    packages: ['@google-cloud/bigquery'],
  },
  {
    files: /^functions\/cli\//,
    folders: ['functions/cli', ...everythingShared, ...settings],
    packages: ['zod', 'yaml'],
  },
  { files: /^shared\/access\//, folders: ['shared/access'], packages: ['google-auth-library', 'zod'] },
  { files: /^shared\/jobs\//, folders: ['shared/jobs'], packages: nobody },
  {
    files: /^shared\/policy\/(cloud-)?source\.ts$/,
    folders: ['shared/policy', 'shared/jobs', 'shared/objects'],
    packages: nobody,
  },
  { files: /^shared\/policy\//, folders: ['shared/policy', 'shared/jobs'], packages: ['zod', 'yaml', 're2js'] },
  { files: /^shared\/owners\//, folders: ['shared/owners', 'shared/jobs', 'shared/policy'], packages: nobody },
  { files: /^shared\/evaluate\//, folders: ['shared/evaluate', 'shared/jobs', 'shared/policy'], packages: nobody },
  {
    files: /^shared\/engines\//,
    folders: ['shared/engines', 'shared/jobs'],
    packages: ['@google-cloud/bigquery', 'google-auth-library', 'zod'],
  },
  { files: /^shared\/history\//, folders: ['shared/history', 'shared/jobs', 'shared/engines'], packages: nobody },
  {
    files: /^shared\/backtest\//,
    folders: ['shared/backtest', 'shared/history', 'shared/jobs', 'shared/policy', 'shared/evaluate', 'shared/owners'],
    packages: nobody,
  },
  { files: /^shared\/pages\//, folders: ['shared/pages'], packages: nobody },
  {
    files: /^shared\/report\//,
    folders: [
      'shared/report',
      'shared/backtest',
      'shared/jobs',
      'shared/policy',
      'shared/evaluate',
      'shared/audit',
      'shared/ledger',
      'shared/objects',
    ],
    packages: ['zod'],
  },
  { files: /^shared\/objects\//, folders: ['shared/objects'], packages: ['google-auth-library'] },
  {
    files: /^shared\/ledger\//,
    folders: ['shared/ledger', 'shared/jobs', 'shared/audit', 'shared/objects'],
    packages: ['zod'],
  },
  {
    files: /^shared\/audit\/(trail|subscription)\.ts$/,
    folders: ['shared/audit', 'shared/jobs'],
    packages: ['@google-cloud/pubsub', 'zod'],
  },
  { files: /^shared\/audit\//, folders: ['shared/audit', 'shared/jobs'], packages: ['zod'] },
  {
    files: /^shared\/notices\//,
    folders: ['shared/notices', 'shared/jobs', 'shared/audit', 'shared/policy'],
    packages: ['zod', 'nodemailer'],
  },
  { files: /^infra\/build\//, folders: ['infra/build'], packages: ['fflate', 'rolldown', 'zod'] },
  {
    files: /^infra\//,
    folders: ['infra', 'functions/index.ts', 'shared/jobs', 'shared/pages'],
    packages: [
      '@google-cloud/functions-framework',
      '@google-cloud/pubsub',
      '@grpc/grpc-js',
      '@grpc/proto-loader',
      'zod',
      'yaml',
    ],
  },
];

/** Folders that decide and never act, and the files in them that do I/O all the same. */
const pure =
  /^shared\/(policy|owners|evaluate|jobs|history|backtest)\/|^shared\/ledger\/case\.ts$|^shared\/notices\/(route|digest|render)\.ts$|^shared\/audit\/event\.ts$/;
const impure = /^shared\/policy\/(cloud-)?source\.ts$/;
const forbidden =
  /\bprocess\.|\bconsole\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/;

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g,
  );
  return [...statements].flatMap((match) => match.slice(1).filter((name) => name !== undefined));
}

function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

function isAllowed(file: string, specifier: string, row: Row): boolean {
  if (specifier.startsWith('node:')) return true;
  if (!specifier.startsWith('.')) return row.packages.includes(packageOf(specifier));
  const path = relative(root, resolve(join(root, dirname(file)), specifier));
  return row.folders.some(
    (folder) =>
      path === folder ||
      path.startsWith(`${folder}/`) ||
      path.startsWith(`${folder}.`) ||
      path.startsWith(`${folder}-`),
  );
}

const files = ['functions', 'shared', 'infra'].flatMap(filesUnder);

describe('the house', () => {
  test.each(files)('%s imports only what its row allows', (file) => {
    const row = table.find((one) => one.files.test(file));
    expect(row, 'no row of the table is about this file').toBeDefined();
    const strangers = row === undefined ? [] : importsOf(file).filter((specifier) => !isAllowed(file, specifier, row));
    expect(strangers).toEqual([]);
  });

  test.each(files.filter((file) => pure.test(file) && !impure.test(file)))('%s decides and does no I/O', (file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(forbidden.exec(text)?.[0]).toBeUndefined();
  });

  test('only enforce and verify ask for a cancel', () => {
    const asking = files.filter(
      (file) => file.startsWith('functions/') && /\bcanceller\.cancel\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(asking.sort()).toEqual(['functions/watch/enforce.ts', 'functions/watch/verify.ts']);
  });

  test('the table can fail: a policy file that reached for an engine would be found', () => {
    const row = table.find((one) => one.files.test('shared/policy/load.ts'));
    expect(row !== undefined && isAllowed('shared/policy/load.ts', '../engines/engine.ts', row)).toBe(false);
    expect(row !== undefined && isAllowed('shared/policy/load.ts', '../jobs/job.ts', row)).toBe(true);
  });
});
