/**
 * The page's own process ended (a fault of Chromium, or memory ran out). The record is locked, the page begun anew: its person is asked who they
 * are, and finds what was saved, the caret with it. One that keeps ending is left: begun anew for ever it would only hide why.
 */
const MOST = 3;
const WITHIN_MS = 60_000;

/** @returns what to call with each end; `again` begins the page anew */
export function onPageLost(lock: () => void, again: () => void, now: () => number = Date.now): (reason: string) => void {
  const ends: number[] = [];
  return (reason) => {
    if (reason === 'clean-exit') return;
    lock();
    ends.push(now());
    if (ends.filter((at) => now() - at < WITHIN_MS).length < MOST) again();
  };
}
