/** Dates as people write them in a note: found, moved by days, and written again in the form they had. */

const MONTHS = ['januar', 'februar', 'mars', 'april', 'mai', 'juni', 'juli', 'august', 'september', 'oktober', 'november', 'desember'];
const MONTH = MONTHS.join('|');

/** A whole date: ISO, `3.11.2026`, `03/11/26`, `3. november 2026`. */
export const WHOLE_DATE = new RegExp(
  `(?<!\\d)(?<!\\d[.,])(?:(?<iso>\\d{4}-\\d{2}-\\d{2})|(?<d>\\d{1,2})(?<sep>[./-])(?<m>\\d{1,2})\\k<sep>(?<y>\\d{4}|\\d{2})|(?<td>\\d{1,2})(?<dot>\\.?) (?<tm>${MONTH}) (?<ty>\\d{4}))(?!\\d)`,
  'giu',
);
/** Part of one, which cannot be moved: `november 2026`, `3. november`, `03.11.`, `2019`. */
export const PART_DATE = new RegExp(
  `(?<!\\d)(?<!\\d[.,])(?:(?:${MONTH}) \\d{4}|\\d{1,2}\\.? (?:${MONTH})|\\d{1,2}\\.\\d{1,2}\\.|(?:19|20)\\d{2}(?! ?(?:mg|ml|g|kg|ie|kcal|m|meter|skritt|kr)\\b))(?!\\d)`,
  'giu',
);

type Groups = Record<string, string | undefined>;

/** `YYYY-MM-DD`; undefined where there is no such day. @param groups of a match of WHOLE_DATE */
export function isoOf(groups: Groups): string | undefined {
  const two = (value = '') => value.padStart(2, '0');
  const year = groups['ty'] ?? (groups['y']?.length === 2 ? `20${groups['y']}` : groups['y']);
  const month = groups['tm'] === undefined ? groups['m'] : String(MONTHS.indexOf(groups['tm'].toLowerCase()) + 1);
  const iso = groups['iso'] ?? `${year ?? ''}-${two(month)}-${two(groups['td'] ?? groups['d'])}`;
  const at = Date.parse(`${iso}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== iso ? undefined : iso;
}

/** The date moved, in the form of the match; undefined where it would leave 1900–2099 or there is no such day. */
export function moved(groups: Groups, days: number): string | undefined {
  const iso = isoOf(groups);
  if (iso === undefined) return undefined;
  const to = new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  if (!/^(19|20)\d{2}-/.test(to)) return undefined;
  if (groups['iso'] !== undefined) return to;
  const [y = '', m = '', d = ''] = to.split('-');
  if (groups['tm'] !== undefined) return `${Number(d)}${groups['dot'] ?? ''} ${MONTHS[Number(m) - 1]} ${y}`;
  const short = (value: string, like = '') => (like.length === 2 ? value : String(Number(value)));
  return [short(d, groups['d']), short(m, groups['m']), groups['y']?.length === 2 ? y.slice(2) : y].join(groups['sep']);
}
