import { held } from '../../shared/evaluate/safety.ts';
import { aJob, aVerdict, compiled, minutes, nowMs, type JobFields, type WrittenPolicy } from '../make.ts';

/** What holds a cancel of `long-queries` back, by its name; `nothing` when it may be carried out. */
export function heldBy(written: WrittenPolicy, fields: JobFields = {}, at = nowMs): string {
  const verdict = aVerdict({ job: aJob({ runTimeMs: minutes(31), ...fields }) });
  return held(compiled(written), verdict, at).heldBack?.by ?? 'nothing';
}

/** The sentence that says why. */
export function whyHeld(written: WrittenPolicy, fields: JobFields = {}, at = nowMs): string | undefined {
  const verdict = aVerdict({ job: aJob({ runTimeMs: minutes(31), ...fields }) });
  return held(compiled(written), verdict, at).heldBack?.why;
}
