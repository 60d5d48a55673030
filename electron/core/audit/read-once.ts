/**
 * Logs a reading once per person, subject and five minutes: an open chart asks anew at every change, and a log in which
 * one look stands two hundred times hides the look that matters (pasientjournalloven § 22).
 */
import type { AuditNote, Context } from '../context.ts';

const SAME_LOOK_MS = 5 * 60_000;
const seen = new WeakMap<object, Map<string, number>>();

/** @param subject what was looked at, when the note's own subject does not say it all (a day) */
export function logRead(ctx: Context, note: Omit<AuditNote, 'action'>, subject = note.subjectId ?? ''): void {
  let looks = seen.get(ctx.db);
  if (looks === undefined) seen.set(ctx.db, (looks = new Map()));
  const key = `${ctx.actor.userId}/${ctx.verb}/${note.patientId ?? ''}/${subject}`;
  const now = Date.parse(ctx.now);
  const last = looks.get(key);
  // A clock set back counts as a new look.
  if (last !== undefined && now >= last && now - last < SAME_LOOK_MS) return;
  looks.set(key, now);
  ctx.audit({ action: 'read', ...note });
}
