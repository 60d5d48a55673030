/**
 * Logs one look, or one stretch of typing, once per person and subject: an open chart asks anew at every change and
 * writes at every pause, and a log in which one look stands two hundred times hides the look that matters
 * (pasientjournalloven § 22).
 */
import { assertOpen } from '../access/guard.ts';
import type { AuditNote, Context } from '../context.ts';

const SAME_LOOK_MS = 5 * 60_000;
const SAME_TYPING_MS = 60_000;
const seen = new WeakMap<object, Map<string, number>>();

/** @param subject what was looked at, when the note's own subject does not say it all (a day) */
export function logRead(ctx: Context, note: Omit<AuditNote, 'action'>, subject = note.subjectId ?? ''): void {
  // Also for a look that is not logged anew: a block counts from the moment it is known.
  if (typeof note.patientId === 'string')
    assertOpen(ctx.db, { patientId: note.patientId, userId: ctx.actor.userId, verb: ctx.verb, action: 'read', now: ctx.now });
  if (isNew(ctx, `${note.patientId ?? ''}/${subject}`, SAME_LOOK_MS)) ctx.audit({ action: 'read', ...note });
}

/** @param subject which text of the note's subject was written */
export function logTyping(ctx: Context, note: Omit<AuditNote, 'action'>, subject: string): void {
  if (isNew(ctx, `${note.subjectId ?? ''}/${subject}`, SAME_TYPING_MS)) ctx.audit({ action: 'change', ...note });
}

function isNew(ctx: Context, what: string, spanMs: number): boolean {
  let looks = seen.get(ctx.db);
  if (looks === undefined) seen.set(ctx.db, (looks = new Map()));
  const key = `${ctx.actor.userId}/${ctx.verb}/${what}`;
  const now = Date.parse(ctx.now);
  const last = looks.get(key);
  // A clock set back counts as a new look.
  if (last !== undefined && now >= last && now - last < spanMs) return false;
  looks.set(key, now);
  return true;
}
