/** How loudly an event asks for attention, in the words of Cloud Logging, the quietest first. */
export const severityWords = ['INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Severity = (typeof severityWords)[number];
