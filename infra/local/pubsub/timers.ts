/** Calls back once after so many milliseconds; the returned function calls it off. */
export type After = (ms: number, run: () => void) => () => void;

/** Real timers, `pace` times as long as asked for: 1 is real time, 0.1 is ten times as fast. */
export function realTimers(pace: number): After {
  return (ms, run) => {
    const timer = setTimeout(run, ms * pace);
    return () => clearTimeout(timer);
  };
}
