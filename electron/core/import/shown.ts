/** Which lines of a file a person is shown before it is taken: all that tell something, and a few of the plain ones. */
const SHOWN = 500;
const SHOWN_NEW = 50;

/** @param said what stands in the record already, and needs no word either */
export function shownOf<L extends { status: string; problems: readonly unknown[] }>(
  lines: readonly L[],
  said: readonly string[] = [],
): { shown: L[]; more: boolean } {
  const isPlain = ({ status, problems }: L): boolean => status === 'new' && problems.length === 0;
  const telling = lines.filter((line) => !isPlain(line) && (line.problems.length > 0 || !said.includes(line.status)));
  return { shown: [...telling.slice(0, SHOWN), ...lines.filter(isPlain).slice(0, SHOWN_NEW)], more: telling.length > SHOWN };
}
