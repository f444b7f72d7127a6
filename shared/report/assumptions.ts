import { soonMs, soonShare } from '../backtest/after.ts';
import { thresholdWords } from './thresholds.ts';

/** What every report takes for granted, and how it counts, in sentences. */
export const assumptions: readonly string[] = [
  'Jobs are counted, not events: each run of a job once for each rule, by its events in the period.',
  'Would cancel: jobs that were only observed, whose cancel would have been sent. A job that was cancelled for real is not among them.',
  `A likely false alarm would have been cancelled, and succeeded by itself within ${soonMs / 60_000} min of that, or within ${soonShare * 100} % of its run time.`,
  'Time, slot hours and money after: what those jobs went on to use to their end, by their own numbers; the low end without likely false alarms.',
  'Money: from the slot time of reservations alone, because BigQuery may bill a cancelled on-demand query in full, to everything at list or policy prices.',
  'The delay counts from the moment at which the limit had passed to the cancel that was accepted: graces, freezes and the breaker are part of it.',
  'Not judged: of the jobs that a rule was about in a sweep, the share whose limit could not be told, over all sweeps whose last event or log line was read.',
  'Started again: jobs of the same principal with the same query, created after a cancel, that were over a limit once more; others are not seen.',
  thresholdWords,
];
