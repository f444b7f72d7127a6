/** Whether one more request is taken now (ms of a clock that only goes forward). */
export type Quota = (nowMs: number) => boolean;

/** Takes `perSecond` requests within any one second; a refused one does not count. */
export function quotaOf(perSecond: number): Quota {
  const taken: number[] = [];
  return (nowMs) => {
    while ((taken[0] ?? nowMs) <= nowMs - 1000) taken.shift();
    if (taken.length >= perSecond) return false;
    taken.push(nowMs);
    return true;
  };
}
