import type { JobEnd } from '../../jobs/job.ts';
import type { Reader } from '../http/read.ts';
import { isFields } from '../http/read.ts';

/**
 * How a DONE job ended. Without an `errorResult` it succeeded; reason `stopped` is what a cancelled job shows (BigQuery
 * error reference). Undefined where the record does not let one tell.
 */
export function endOf(read: Reader): JobEnd | undefined {
  const where = read.find('status.errorResult') === undefined ? 'errorResult' : 'status.errorResult';
  const error = read.find(where);
  const status = read.find('status');
  if (error === undefined) return status === undefined || isFields(status) ? { how: 'succeeded' } : undefined;
  if (!isFields(error)) return read.doubt(`${where} is not an object`);
  const reason = read.text(`${where}.reason`);
  const message = read.text(`${where}.message`)?.slice(0, 2000);
  return {
    how: reason === 'stopped' ? 'stopped' : 'failed',
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}
