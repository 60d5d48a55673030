/** What stands in the fields on the page, by section. */
export function shownTexts(page: HTMLElement | null): Record<string, string> {
  const areas = [...(page?.querySelectorAll<HTMLTextAreaElement>('.section[data-section] > textarea') ?? [])];
  return Object.fromEntries(areas.map((area) => [area.parentElement?.dataset['section'] ?? '', area.value]));
}
