/** The same words as a page, for an e-mail that is watched (decision 0085): the clinic's own address to follow, and a picture that tells it was opened. */
import type { Outgoing } from '../kit.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** Undefined for all others: they are plain text and nothing else. */
export function htmlOf({ text, watch }: Pick<Outgoing, 'text' | 'watch'>): string | undefined {
  if (watch === undefined) return undefined;
  const paragraphs = text.split('\n\n').map((part) => `<p>${escaped(part).replaceAll('\n', '<br>')}</p>`);
  const link = watch.link === null ? [] : [`<p><a href="${escaped(watch.link.to)}">${escaped(watch.link.shown)}</a></p>`];
  const pixel = `<img src="${escaped(watch.pixel)}" width="1" height="1" alt="">`;
  return `<!doctype html><html><body>${[...paragraphs, ...link].join('')}${pixel}</body></html>`;
}
