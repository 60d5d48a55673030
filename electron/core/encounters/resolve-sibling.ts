/** Two versions of one section: a clinician decides. The version that does not stand stays in the other row. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { ParsedOf } from '#electron/contract/index.ts';
import { cleanText } from '#db/rules/text.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { editable, logChange, sectionId } from './note-parts.ts';

export function resolveSibling(ctx: Context, { encounterId, key, choice, siblingId }: ParsedOf<'section.resolve'>): Result<null> {
  const note = editable(ctx, encounterId);
  if (!note.ok) return note;
  const section = ctx.get('note_section', sectionId(encounterId, key));
  const sibling = ctx.get('note_section', siblingId);
  if (section === undefined || sibling === undefined || sibling.siblingOfId !== section.id || sibling.siblingState !== 'open')
    return err('encounter/unknown');
  if (choice === 'theirs') {
    ctx.patch('note_section', section.id, version(sibling));
    ctx.patch('note_section', sibling.id, { ...version(section), siblingState: 'dropped' });
  } else if (choice === 'both') {
    const joined = cleanText(`${section.text}\n\n${sibling.text}`);
    if (!joined.ok) return err(joined.code);
    // What nobody has read yet in either version is unread in the joined one.
    const unread = [section, sibling].find((one) => one.review === 'unreviewed') ?? section;
    ctx.patch('note_section', section.id, { ...version(unread), text: joined.text });
    ctx.patch('note_section', sibling.id, { siblingState: 'merged' });
  } else ctx.patch('note_section', sibling.id, { siblingState: 'dropped' });
  logChange(ctx, note.value, { section: key, choice, siblingId });
  return ok(null);
}

const version = ({ text, origin, originEncounterId, originText, review }: RowOf<'note_section'>) => ({
  text,
  origin,
  originEncounterId,
  originText,
  review,
});
