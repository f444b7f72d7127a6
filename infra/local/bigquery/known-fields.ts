/**
 * The field names of the jobs API, one line of words per type of the BigQuery v2 discovery document.
 * `name:Type` leads to another line, `name:*` to something whose inside is not looked at, a bare name is a scalar.
 */
const TYPES = {
  JobList: 'etag jobs:ListFormatJob kind nextPageToken unreachable',
  ListFormatJob: `
    configuration:JobConfiguration errorResult:ErrorProto id jobReference:JobReference kind principal_subject
    state statistics:JobStatistics status:JobStatus user_email`,
  Job: `
    configuration:JobConfiguration etag id jobCreationReason:JobCreationReason jobReference:JobReference kind
    principal_subject selfLink statistics:JobStatistics status:JobStatus user_email`,
  JobCancelResponse: 'job:Job kind',
  JobReference: 'jobId location projectId',
  JobCreationReason: 'code',
  JobStatus: 'errorResult:ErrorProto errors:ErrorProto state',
  ErrorProto: 'debugInfo location message reason',
  JobConfiguration: `
    copy:JobConfigurationTableCopy dryRun extract:JobConfigurationExtract jobTimeoutMs jobType labels:*
    load:JobConfigurationLoad maxSlots query:JobConfigurationQuery reservation`,
  JobConfigurationQuery: `
    allowLargeResults clustering:* connectionProperties:* continuous createDisposition createSession
    defaultDataset:* destinationEncryptionConfiguration:* destinationTable:TableReference flattenResults
    maximumBillingTier maximumBytesBilled parameterMode preserveNulls priority query queryParameters:*
    rangePartitioning:* schemaUpdateOptions scriptOptions:* systemVariables:* tableDefinitions:*
    timePartitioning:* useLegacySql useQueryCache userDefinedFunctionResources:* writeDisposition
    writeIncrementalResults`,
  JobConfigurationLoad: `
    allowJaggedRows allowQuotedNewlines autodetect clustering:* columnNameCharacterMap connectionProperties:*
    copyFilesOnly createDisposition createSession dateFormat datetimeFormat decimalTargetTypes
    destinationEncryptionConfiguration:* destinationTable:TableReference destinationTableProperties:* encoding
    fieldDelimiter fileSetSpecType hivePartitioningOptions:* ignoreUnknownValues jsonExtension maxBadRecords
    nullMarker nullMarkers parquetOptions:* preserveAsciiControlCharacters projectionFields quote
    rangePartitioning:* referenceFileSchemaUri schema:* schemaInline schemaInlineFormat schemaUpdateOptions
    skipLeadingRows sourceColumnMatch sourceFormat sourceUris timeFormat timePartitioning:* timeZone
    timestampFormat timestampTargetPrecision useAvroLogicalTypes writeDisposition`,
  JobConfigurationExtract: `
    compression destinationFormat destinationUri destinationUris fieldDelimiter modelExtractOptions:* printHeader
    sourceModel:* sourceTable:TableReference useAvroLogicalTypes`,
  JobConfigurationTableCopy: `
    createDisposition destinationEncryptionConfiguration:* destinationExpirationTime
    destinationTable:TableReference operationType sourceTable:TableReference sourceTables:TableReference
    writeDisposition`,
  TableReference: 'datasetId projectId tableId',
  JobStatistics: `
    completionRatio copy:JobStatistics5 creationTime dataMaskingStatistics:* edition endTime
    extract:JobStatistics4 finalExecutionDurationMs globalQueryRemoteRegions load:JobStatistics3 numChildJobs
    parentGlobalQueryJob:JobReference parentJobId query:JobStatistics2 quotaDeferments reservationGroupPath
    reservationUsage:* reservation_id rowLevelSecurityStatistics:* scriptStatistics:ScriptStatistics
    sessionInfo:SessionInfo startTime totalBytesProcessed totalSlotMs transactionInfo:TransactionInfo`,
  JobStatistics2: `
    biEngineStatistics:* billingTier cacheHit dclTargetDataset:* dclTargetTable:TableReference
    dclTargetView:TableReference ddlAffectedRowAccessPolicyCount ddlDestinationTable:TableReference
    ddlOperationPerformed ddlTargetDataset:* ddlTargetRoutine:* ddlTargetRowAccessPolicy:*
    ddlTargetTable:TableReference dmlStats:* estimatedBytesProcessed exportDataStatistics:* externalServiceCosts:*
    genAiStats:* incrementalResultStats:* loadQueryStatistics:* materializedViewStatistics:*
    metadataCacheStatistics:* mlStatistics:* modelTraining:* modelTrainingCurrentIteration
    modelTrainingExpectedTotalIteration numDmlAffectedRows objectStorageStats:* performanceInsights:* queryInfo:*
    queryPlan:ExplainQueryStage referencedPropertyGraphs:* referencedRoutines:* referencedTables:TableReference
    reservationUsage:* schema:* searchStatistics:* sparkStatistics:* statementType timeline:QueryTimelineSample
    totalBytesBilled totalBytesProcessed totalBytesProcessedAccuracy totalPartitionsProcessed
    totalServicesSkuSlotMs totalSlotMs transferredBytes undeclaredQueryParameters:* vectorSearchStatistics:*`,
  JobStatistics3: 'badRecords inputFileBytes inputFiles outputBytes outputRows timeline:QueryTimelineSample',
  JobStatistics4: 'destinationUriFileCounts inputBytes timeline:QueryTimelineSample',
  JobStatistics5: 'copiedLogicalBytes copiedRows remoteDestinationRegion',
  QueryTimelineSample: `
    activeUnits completedUnits elapsedMs estimatedRunnableUnits pendingUnits shuffleRamUsageRatio totalSlotMs`,
  ExplainQueryStage: `
    completedParallelInputs computeMode computeMsAvg computeMsMax computeRatioAvg computeRatioMax endMs id
    inputStages name parallelInputs readMsAvg readMsMax readRatioAvg readRatioMax recordsRead recordsWritten
    shuffleOutputBytes shuffleOutputBytesSpilled slotMs startMs status steps:* waitMsAvg waitMsMax waitRatioAvg
    waitRatioMax writeMsAvg writeMsMax writeRatioAvg writeRatioMax`,
  ScriptStatistics: 'evaluationKind stackFrames:ScriptStackFrame',
  ScriptStackFrame: 'endColumn endLine procedureId startColumn startLine text',
  SessionInfo: 'sessionId',
  TransactionInfo: 'transactionId',
};

/** A type named in the table above. */
export type KnownType = keyof typeof TYPES;

/** What a field holds: one of the known types, something that is not looked into, or a scalar. */
export type FieldKind = KnownType | 'open' | 'scalar';

function isKnown(name: string): name is KnownType {
  return Object.hasOwn(TYPES, name);
}

function kindOf(name: string | undefined): FieldKind {
  if (name === undefined) return 'scalar';
  return isKnown(name) ? name : 'open';
}

function fieldsOf(words: string): ReadonlyMap<string, FieldKind> {
  const pairs = words
    .trim()
    .split(/\s+/)
    .map((word) => word.split(':'));
  return new Map(pairs.map(([field = '', type]) => [field, kindOf(type)]));
}

const FIELDS: ReadonlyMap<string, ReadonlyMap<string, FieldKind>> = new Map(
  Object.entries(TYPES).map(([type, words]) => [type, fieldsOf(words)]),
);

/** The names of all types of the table. */
export const KNOWN_TYPES: readonly string[] = [...FIELDS.keys()];

/** The fields of a known type and what each of them holds. */
export function knownFields(type: string): ReadonlyMap<string, FieldKind> {
  return FIELDS.get(type) ?? new Map();
}
