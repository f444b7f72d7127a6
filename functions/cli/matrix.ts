import { matrixOf, type MatrixEntry, type MatrixRow } from '../../shared/evaluate/matrix.ts';
import { compiledFor, type Circumstances } from './asked.ts';
import type { Report, Span } from './command.ts';
import type { PolicyFile } from './policy-file.ts';
import { table, type Cell } from './table.ts';

const headings = ['PRINCIPAL', 'CLIENT', 'PROJECT', 'ACTION', 'MODE', 'RULE', 'LIMIT', 'WHERE'];

const looks: Readonly<Record<string, Span['as']>> = { cancel: 'bad', warn: 'caution', record: 'quiet' };

function entryCells({ action, mode, rule, limit, where }: MatrixEntry): readonly Cell[] {
  const does: Cell = { text: action, as: mode === 'enforce' ? (looks[action] ?? 'quiet') : 'quiet' };
  return [does, mode, rule, limit, where.length === 0 ? 'all' : where.join(', and ')];
}

function rowCells(
  { principalKinds, clients, projects, entries }: MatrixRow,
  kinds: number,
): readonly (readonly Cell[])[] {
  const who = [
    principalKinds.length === kinds ? 'any' : principalKinds.join(', '),
    clients.length === 1 && clients[0] === 'other' ? 'other' : clients.join(', '),
    projects.join(', '),
  ];
  if (entries.length === 0) return [[...who, { text: 'none', as: 'quiet' }, '', '', '', '']];
  return entries.map((entry, index) => [...(index === 0 ? who : ['', '', '']), ...entryCells(entry)]);
}

/** The effective limits of a policy per kind of principal, client and project, as a table. */
export function matrixReport(read: PolicyFile, circumstances: Circumstances): Report {
  const rows = matrixOf(compiledFor(read.policy, circumstances));
  const intro = [
    'Which limits hold for which jobs of the targets, most severe first. The most severe one that applies wins.',
    'WHERE says what else has to be so; a job that says nothing about it is not cancelled.',
    '',
  ];
  return {
    status: 'fine',
    problems: [],
    text: [
      ...intro,
      ...table(
        headings,
        rows.flatMap((row) => rowCells(row, 3)),
      ),
    ],
    data: { setting: circumstances.setting, rows },
  };
}
