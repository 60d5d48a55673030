/**
 * Who of Clerk's users is who of ours. A colleague is in the record because an administrator put them there, with their address and roles; Clerk says
 * that somebody is the owner of that address. So a user of Clerk never brings a person or a role into a clinic, only a way in (docs/decisions/0056).
 */
import { withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import {
  addLink,
  claimClerkEvent,
  colleaguesByEmail,
  endClerkSession,
  hasOtherAdmin,
  isClerkSessionEnded,
  linkOf,
  lockClerkUser,
  noteClerkUser,
  removeLink,
} from '#db/postgres/queries/clerk.ts';
import { addToDirectory, clinicsBehind, personById } from '#db/postgres/queries/people.ts';
import { sha256 } from '../read-change.ts';
import { err, ok, type Result } from '../result.ts';
import { emailKeyHash } from '../secrets.ts';
import { logOnServer } from '../server-log.ts';
import { serverWrite } from '../server-write.ts';
import type { Clerk } from './settings.ts';
import { readClerkToken } from './token.ts';
import type { ClerkEvent, Received } from './webhook.ts';

const userHash = (id: string) => sha256(`clerk-user:${id}`);
const sessionHash = (id: string) => sha256(`clerk-session:${id}`);

/** The colleague behind a token of Clerk's. Errors: auth/expired, auth/invalid (also for a session that was ended, and for a stranger). */
export async function personOfToken(pool: Pool, clerk: Clerk, token: string): Promise<Result<{ clinicId: string; userId: string }>> {
  const read = await readClerkToken(clerk, token);
  if (!read.ok) return read;
  const { clerkUserId, sessionId } = read.value;
  if (await isClerkSessionEnded(pool, sessionHash(sessionId))) return err('auth/invalid');
  const [clinicId, ...more] = await clinicsBehind(pool, 'clerk', userHash(clerkUserId));
  // Somebody at two clinics of one server: a token does not say which is meant.
  if (clinicId === undefined || more.length > 0) return err('auth/invalid');
  const userId = await withClinic(pool, clinicId, (tx) => linkOf(tx, clinicId, clerkUserId));
  return userId === undefined ? err('auth/invalid') : ok({ clinicId, userId });
}

/** Gives an event its effects, in every clinic that it is about, once. */
export async function applyClerkEvent(pool: Pool, { id, event }: Received, now: Date): Promise<string[]> {
  if (event === undefined) return [];
  const claim = sha256(`clerk-event:${id}`);
  const { type, data } = event;
  if ('updated_at' in data) return changedUser(pool, claim, data, now);
  if ('user_id' in data) return endedSession(pool, claim, { type, data }, now);
  return deletedUser(pool, claim, data.id, now);
}

type Changed = Extract<ClerkEvent, { type: 'user.created' | 'user.updated' }>['data'];

/** The address that Clerk has seen them receive mail at. */
function verifiedAddress({ email_addresses: all, primary_email_address_id: primary }: Changed): string | undefined {
  const found = all.find(({ id }) => id === primary);
  return found?.verification?.status === 'verified' && /^[^\s@]{1,100}@[^\s@]{1,99}$/.test(found.email_address)
    ? found.email_address
    : undefined;
}

async function changedUser(pool: Pool, claim: string, data: Changed, now: Date): Promise<string[]> {
  const key = userHash(data.id);
  await noteClerkUser(pool, key, data.updated_at, false);
  const email = verifiedAddress(data);
  const clinics = new Set([
    ...(await clinicsBehind(pool, 'clerk', key)),
    ...(email === undefined ? [] : await clinicsBehind(pool, 'email', emailKeyHash(email))),
  ]);
  for (const clinicId of clinics) {
    await withClinic(pool, clinicId, async (tx) => {
      const state = await lockClerkUser(tx, key);
      // Overtaken by a later event, or gone: what comes late changes nothing.
      if (state === undefined || state.deleted || state.seen > data.updated_at) return;
      if (email === undefined || !(await claimClerkEvent(tx, clinicId, claim))) return;
      const linked = await linkOf(tx, clinicId, data.id);
      if (linked === undefined) await link(tx, clinicId, { clerkUserId: data.id, key, email, now });
      else await moveAddress(tx, clinicId, linked, email, now);
    });
  }
  return [...clinics];
}

async function link(
  tx: Tx,
  clinicId: string,
  { clerkUserId, key, email, now }: { clerkUserId: string; key: string; email: string; now: Date },
): Promise<void> {
  const [userId, ...more] = await colleaguesByEmail(tx, clinicId, email);
  if (userId === undefined || more.length > 0 || !(await addLink(tx, clinicId, userId, clerkUserId))) return;
  await addToDirectory(tx, 'clerk', key, clinicId);
  await logOnServer(tx, clinicId, { at: now, actor: null, action: 'change', verb: 'clerk.link', userId });
}

async function moveAddress(tx: Tx, clinicId: string, userId: string, email: string, now: Date): Promise<void> {
  const person = await personById(tx, clinicId, userId);
  if (person === undefined || person.email.toLowerCase() === email.toLowerCase()) return;
  // An address is one person: a colleague who has it keeps it.
  if ((await colleaguesByEmail(tx, clinicId, email)).length > 0) return;
  await serverWrite(tx, clinicId, clinicId, [{ entity: 'user', id: userId, birth: false, set: { email }, extra: {} }]);
  await logOnServer(tx, clinicId, { at: now, actor: null, action: 'change', verb: 'clerk.address', userId });
}

/** No way in any more, by session or device; the row stays, because it says who wrote the notes. The last administrator keeps the clinic. */
async function deletedUser(pool: Pool, claim: string, clerkUserId: string, now: Date): Promise<string[]> {
  const key = userHash(clerkUserId);
  await noteClerkUser(pool, key, 0, true);
  const clinics = await clinicsBehind(pool, 'clerk', key);
  for (const clinicId of clinics) {
    await withClinic(pool, clinicId, async (tx) => {
      await lockClerkUser(tx, key);
      const userId = await linkOf(tx, clinicId, clerkUserId);
      if (userId === undefined || !(await claimClerkEvent(tx, clinicId, claim))) return;
      await removeLink(tx, clinicId, clerkUserId, key);
      const stays = !(await hasOtherAdmin(tx, clinicId, userId));
      if (!stays)
        await serverWrite(tx, clinicId, clinicId, [{ entity: 'user', id: userId, birth: false, set: { active: false }, extra: {} }]);
      await logOnServer(tx, clinicId, {
        at: now,
        actor: null,
        action: 'change',
        verb: 'clerk.deleted',
        userId,
        details: { deactivated: !stays },
      });
    });
  }
  return clinics;
}

async function endedSession(
  pool: Pool,
  claim: string,
  { type, data }: { type: string; data: { id: string; user_id: string } },
  now: Date,
): Promise<string[]> {
  // First, and by itself: every copy refuses its tokens from here on.
  await endClerkSession(pool, sessionHash(data.id));
  for (const clinicId of await clinicsBehind(pool, 'clerk', userHash(data.user_id))) {
    await withClinic(pool, clinicId, async (tx) => {
      const userId = await linkOf(tx, clinicId, data.user_id);
      if (userId === undefined || !(await claimClerkEvent(tx, clinicId, claim))) return;
      await logOnServer(tx, clinicId, { at: now, actor: null, action: 'lock', verb: 'session.close', userId, details: { clerk: type } });
    });
  }
  return [];
}
