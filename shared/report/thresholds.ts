/** What a rule has to show before it is called ready to enforce, and what is said against one that is in force. */
export const thresholds = {
  /** Jobs that it would have cancelled, or did, and of which is known how that was. */
  fewestJobs: 10,
  mostFalseShare: 0.05,
  mostUnjudgedShare: 0.2,
  mostUndeliverableShare: 0.1,
  /** An exemption that ends so soon and still keeps jobs. */
  expiringDays: 30,
} as const;

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The thresholds in a sentence. */
export const thresholdWords = `A rule is called ready to enforce with at least ${thresholds.fewestJobs} jobs that it would have cancelled and whose end is known, at most ${percent(thresholds.mostFalseShare)} of them false alarms, at most ${percent(thresholds.mostUnjudgedShare)} of its jobs not judged, at most ${percent(thresholds.mostUndeliverableShare)} of its messages undeliverable, the breaker never open for it, and no exemption that keeps its jobs and ends within ${thresholds.expiringDays} days.`;
