/** The day a list shows. A laptop left overnight on today shows the new day in the morning; a day that was chosen stays. */
import { useEffect, useRef, useState } from 'react';
import { todayInOslo } from './day.ts';

const LOOK_EVERY_MS = 30_000;

/** @param first shown at first instead of today */
export function useShownDay(first?: string): readonly [string, (day: string) => void] {
  const [day, setDay] = useState(() => first ?? todayInOslo());
  const today = useRef(todayInOslo());
  useEffect(() => {
    const turn = (): void => {
      const now = todayInOslo();
      const before = today.current;
      today.current = now;
      setDay((shown) => (shown === before ? now : shown));
    };
    const clock = setInterval(turn, LOOK_EVERY_MS);
    window.addEventListener('focus', turn);
    return () => {
      clearInterval(clock);
      window.removeEventListener('focus', turn);
    };
  }, []);
  return [day, setDay];
}
