/** How many parts an SMS takes: 160 characters of GSM 03.38 (153 in each part of several), or 70 (67) in UCS-2. 3GPP TS 23.038, 23.040. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Two septets each. */
const EXTENDED = '\f^{}\\[~]|€';
const BASIC_SET = new Set(BASIC);
const EXTENDED_SET = new Set(EXTENDED);

export interface SmsLength {
  encoding: 'gsm-7' | 'ucs-2';
  /** Septets, or UTF-16 units. */
  units: number;
  segments: number;
}

export function smsLength(text: string): SmsLength {
  let septets = 0;
  for (const character of text) {
    if (BASIC_SET.has(character)) septets += 1;
    else if (EXTENDED_SET.has(character)) septets += 2;
    else return { encoding: 'ucs-2', units: text.length, segments: parts(unitsOf(text), 70, 67) };
  }
  const units = [...text].map((character) => (EXTENDED_SET.has(character) ? 2 : 1));
  return { encoding: 'gsm-7', units: septets, segments: parts(units, 160, 153) };
}

const unitsOf = (text: string): number[] => [...text].map((character) => character.length);

/** No character is cut in two: an escape or a surrogate pair that does not fit begins the next part. */
function parts(units: readonly number[], alone: number, each: number): number {
  const total = units.reduce((sum, size) => sum + size, 0);
  if (total === 0) return 0;
  if (total <= alone) return 1;
  let count = 1;
  let used = 0;
  for (const size of units) {
    if (used + size > each) {
      count += 1;
      used = 0;
    }
    used += size;
  }
  return count;
}
