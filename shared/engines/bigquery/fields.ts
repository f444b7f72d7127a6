/**
 * The fields of a job that `record.ts` reads, in the words of a `fields` mask. A page is an order of magnitude smaller
 * with it: plans, timelines and the statement's text stay out. A name outside the API's schema would be a 400.
 */
function jobFields({ ofQuery, ofOthers }: { readonly ofQuery: string; readonly ofOthers: string }): string {
  const statistics = [
    'creationTime,startTime,endTime,totalBytesProcessed,totalSlotMs,numChildJobs,parentJobId,reservation_id,edition',
    'query(statementType,estimatedBytesProcessed,totalBytesProcessed,totalSlotMs)',
  ].join();
  const configuration = ['jobType,labels', `query(${ofQuery}priority,continuous)`, ofOthers].join();
  return [
    'id,jobReference(projectId,jobId,location),status(state,errorResult(reason,message)),user_email,principal_subject',
    `statistics(${statistics}),configuration(${configuration})`,
  ].join();
}

// Of the other kinds one short field each: it tells the kind of old records, which do not name it.
const listed = jobFields({
  ofQuery: '',
  ofOthers: 'load(writeDisposition),extract(compression),copy(writeDisposition)',
});

/**
 * For `jobs.list`. Its items carry `state` and `errorResult` at the top as well (BigQuery REST reference, JobList). Where
 * the result goes is a third of what is left of a record, and no rule asks for it.
 */
export const listMask = `nextPageToken,unreachable,jobs(state,errorResult(reason,message),${listed})`;

/** For `jobs.get`: with the text of the statement, and where the result goes. */
export const jobMask = jobFields({
  ofQuery: 'query,destinationTable,',
  ofOthers: 'load(destinationTable),extract(sourceTable,destinationUris),copy(destinationTable)',
});
