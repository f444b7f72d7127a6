import { randomBytes } from 'node:crypto';
import type { JobRecord } from './job-life.ts';
import { guessStatementType } from './sql.ts';
import type { FullJobSpec, JobSpec } from './spec.ts';
import { jobSpec } from './spec.ts';

function newJobId(): string {
  return `job_${randomBytes(18).toString('base64url')}`;
}

function statementTypeOf(spec: FullJobSpec): string | undefined {
  if (spec.jobType !== 'QUERY') return undefined;
  if (spec.statementType !== undefined) return spec.statementType;
  if (spec.children.length > 0) return 'SCRIPT';
  return spec.query === undefined ? 'SELECT' : guessStatementType(spec.query);
}

function createdAt(spec: FullJobSpec, now: number): number {
  if (spec.startedAgoMs !== undefined) return now - spec.startedAgoMs - spec.pendingForMs;
  return now - (spec.createdAgoMs ?? 0);
}

function complete(input: JobSpec): FullJobSpec {
  const spec = jobSpec.parse(input);
  return { ...spec, statementType: statementTypeOf(spec) };
}

/** The specs of a script's statements; what they do not say themselves they have from their script. */
function statementSpecs(script: FullJobSpec): readonly FullJobSpec[] {
  const { project, location, principal, labels, reservation, edition } = script;
  const shared = { project, location, principal, labels, reservation, edition };
  return script.children.map((child) => complete(Object.assign({}, child, shared)));
}

/** The record of a job that is added now, and of its statements when it is a script; throws a ZodError for a bad spec. */
export function recordOf(input: JobSpec, now: number, sequence: number): JobRecord {
  const spec = complete(input);
  const id = spec.id ?? newJobId();
  const createdAtMs = createdAt(spec, now);
  const seed = randomBytes(16).toString('hex');
  const children = statementSpecs(spec).map((child, index) => ({
    id: child.id ?? `script_job_${seed}_${index}`,
    spec: child,
    createdAtMs,
    sequence: sequence + index + 1,
    parentId: id,
    children: [],
  }));
  return { id, spec, createdAtMs, sequence, children };
}
