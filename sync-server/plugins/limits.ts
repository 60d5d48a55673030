/** Limits on what a request may cost before anybody looks at it. */

/** Requests per caller and window, in this process. Returns seconds to wait, 0 when it may pass. */
export function rateLimiter(windowMs: number, max: number, now: () => number): (key: string) => number {
  let started = now();
  let counts = new Map<string, number>();
  return (key) => {
    const at = now();
    // A clock set back starts a new window too.
    if (at - started >= windowMs || at < started) {
      started = at;
      counts = new Map();
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > max ? Math.max(1, Math.ceil((started + windowMs - at) / 1000)) : 0;
  };
}

/**
 * How many may be here at a time, by each of their names (a device and its clinic). Returns how to leave, or undefined when one of the
 * names has its number full.
 */
export function placesFor(): (names: readonly (readonly [name: string, max: number])[]) => (() => void) | undefined {
  const here = new Map<string, number>();
  return (names) => {
    if (names.some(([name, max]) => (here.get(name) ?? 0) >= max)) return undefined;
    for (const [name] of names) here.set(name, (here.get(name) ?? 0) + 1);
    return () => {
      for (const [name] of names) {
        const left = (here.get(name) ?? 1) - 1;
        if (left > 0) here.set(name, left);
        else here.delete(name);
      }
    };
  };
}
