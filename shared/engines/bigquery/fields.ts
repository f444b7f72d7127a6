/**
 * The fields of a job that `record.ts` reads, in the words of a `fields` mask. A page is an order of magnitude smaller
 * with it: plans, timelines and the statement's text stay out. A name outside the API's schema would be a 400.
 */
function jobFields(ofQuery: string): string {
  const statistics = [
    'creationTime,startTime,endTime,totalBytesProcessed,totalSlotMs,numChildJobs,parentJobId,reservation_id,edition',
    'query(statementType,estimatedBytesProcessed,totalBytesProcessed,totalSlotMs)',
  ].join();
  const configuration = [
    'jobType,labels',
    `query(${ofQuery}priority,continuous,destinationTable)`,
    'load(destinationTable),extract(sourceTable,destinationUris),copy(destinationTable)',
  ].join();
  return [
    'id,jobReference(projectId,jobId,location),status(state,errorResult(reason,message)),user_email,principal_subject',
    `statistics(${statistics}),configuration(${configuration})`,
  ].join();
}

/** For `jobs.list`. Its items carry `state` and `errorResult` at the top as well (BigQuery REST reference, JobList). */
export const listMask = `nextPageToken,unreachable,jobs(state,errorResult(reason,message),${jobFields('')})`;

/** For `jobs.get`: with the text of the statement. */
export const jobMask = jobFields('query,');
