/** Norwegian public holidays (lov om helligdager og helligdagsfred § 2; lov om 1 og 17 mai som høgtidsdager). */

export type Holiday =
  | 'new-year'
  | 'maundy-thursday'
  | 'good-friday'
  | 'easter-sunday'
  | 'easter-monday'
  | 'may-1'
  | 'may-17'
  | 'ascension'
  | 'whit-sunday'
  | 'whit-monday'
  | 'christmas-day'
  | 'boxing-day';

const FIXED: Readonly<Record<string, Holiday>> = {
  '01-01': 'new-year',
  '05-01': 'may-1',
  '05-17': 'may-17',
  '12-25': 'christmas-day',
  '12-26': 'boxing-day',
};
/** Days after Easter Sunday. */
const MOVING: Readonly<Record<number, Holiday>> = {
  [-3]: 'maundy-thursday',
  [-2]: 'good-friday',
  0: 'easter-sunday',
  1: 'easter-monday',
  39: 'ascension',
  49: 'whit-sunday',
  50: 'whit-monday',
};

/** Which public holiday the day (`YYYY-MM-DD`) is; where two fall together, the fixed one. */
export function publicHoliday(day: string): Holiday | null {
  const after = Math.round((Date.parse(`${day}T00:00:00Z`) - easterSunday(Number(day.slice(0, 4)))) / 86_400_000);
  return FIXED[day.slice(5)] ?? MOVING[after] ?? null;
}

/** Midnight UTC of Easter Sunday, Gregorian (the anonymous algorithm; Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const sum = epact + weekday - 7 * late + 114;
  return Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1);
}
