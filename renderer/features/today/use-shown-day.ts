/** The day a list shows. A laptop left overnight on today shows the new day in the morning; a day that was chosen stays. */
import { useEffect, useRef, useState } from 'react';
import { todayInOslo } from './day.ts';

const LOOK_EVERY_MS = 30_000;

export function useShownDay(): readonly [string, (day: string) => void] {
  const [day, setDay] = useState(todayInOslo);
  const today = useRef(day);
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
