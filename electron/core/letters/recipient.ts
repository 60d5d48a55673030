/** To whom a letter goes, as one line for the log; null while nobody has said it. */
export function recipientIn(content: Readonly<Record<string, unknown>> | undefined): string | null {
  const { name, practice } = (content?.['recipient'] ?? {}) as { name?: unknown; practice?: unknown };
  const said = [name, practice].flatMap((one) => (typeof one === 'string' && one.trim() !== '' ? [one.trim()] : []));
  return said.length === 0 ? null : said.join(', ');
}
