import { useEffect, useState } from 'react';

/** The moment, anew every half minute: for a line that shows where in the day one is. */
export function useNow(): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    const clock = setInterval(() => setNow(new Date().toISOString()), 30_000);
    return () => clearInterval(clock);
  }, []);
  return now;
}
