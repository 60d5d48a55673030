/**
 * Who of HelseID's people is who of ours. A colleague is in the record because an administrator put them there; the first sign-in is bound to the
 * one whose invitation is shown along with it (or who signs at their own laptop), and to nobody by name or e-mail. From then on the keyed hash of
 * the pid finds them. The HPR number that the record has must be the one HelseID says (docs/decisions/0101).
 */
import { readRows } from '#db/postgres/queries/rows.ts';
import { withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import {
  askForLevel,
  identitiesIn,
  identityByPid,
  identityOf,
  isLevelAsked,
  level4At,
  lockIdentities,
  noteLevel4,
  removeIdentity,
  saveIdentity,
  useTicket,
  type IdentityRow,
} from '#db/postgres/queries/helseid.ts';
import { addToDirectory, clinicsBehind, personById } from '#db/postgres/queries/people.ts';
import { rolesIn } from '../decide-change.ts';
import type { Principal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';
import { actorOf, type FactorDeps } from '../second-factor.ts';
import { logOnServer } from '../server-log.ts';
import { serverWrite } from '../server-write.ts';
import { readTicket, type Ticket } from './logins.ts';

export const LEVEL_HIGH = 4;

/** Where somebody who has signed in works. Errors: helseid/not-bound, helseid/several-clinics. */
export async function clinicOf(pool: Pool, { identity }: Ticket): Promise<Result<string>> {
  const [clinicId, ...more] = await clinicsBehind(pool, 'helseid', identity.pidHash);
  if (clinicId === undefined) return err('helseid/not-bound');
  return more.length > 0 ? err('helseid/several-clinics') : ok(clinicId);
}

/**
 * The colleague this ticket is, in this clinic; the ticket is used up when the answer is good. With `expected` they are bound where they were not.
 * What is refused is told in the clinic's log, where it is known whom it is about: commit the transaction also then.
 * Errors: helseid/not-bound, helseid/other-person (bound to another colleague, or the colleague to another person), helseid/level,
 * helseid/no-hpr, helseid/other-hpr, user/unknown, join/code-unknown (used meanwhile).
 */
export async function admitByTicket(
  tx: Tx,
  clinicId: string,
  ticket: Ticket,
  { now, expected }: { now: Date; expected: string | undefined },
): Promise<Result<string>> {
  await lockIdentities(tx, clinicId);
  const found = await identityByPid(tx, clinicId, ticket.identity.pidHash);
  const userId = expected ?? found?.userId;
  if (userId === undefined) return err('helseid/not-bound');
  const admitted = await judged(tx, clinicId, ticket, { userId, found, now });
  if (admitted.ok) return admitted;
  const refused = { at: now, actor: null, action: 'refused' as const, verb: 'helseid.signIn', userId };
  if (admitted.code !== 'user/unknown')
    await logOnServer(tx, clinicId, { ...refused, details: { code: admitted.code, level: ticket.identity.level } });
  return admitted;
}

async function judged(
  tx: Tx,
  clinicId: string,
  { codeHash, identity }: Ticket,
  { userId, found, now }: { userId: string; found: IdentityRow | undefined; now: Date },
): Promise<Result<string>> {
  const [read] = await readRows(tx, clinicId, new Map([['user', new Set([userId])]]));
  const person = await personById(tx, clinicId, userId);
  const row = read?.row;
  if (row === undefined || person?.active !== true) return err('user/unknown');
  const bound = found ?? (await identityOf(tx, clinicId, userId));
  if (bound !== undefined && (bound.userId !== userId || bound.pidHash !== identity.pidHash)) return err('helseid/other-person');
  // A way in for good is given for the highest level alone, and a clinic may ask for it each time.
  if (identity.level < LEVEL_HIGH && (bound === undefined || person.levelAsked)) return err('helseid/level', { level: identity.level });
  const recorded = typeof row['hprNumber'] === 'string' ? row['hprNumber'] : null;
  if (identity.hprNumber === null && (recorded !== null || rolesIn(row['roles']).includes('PRACTITIONER'))) return err('helseid/no-hpr');
  if (recorded !== null && recorded !== identity.hprNumber) return err('helseid/other-hpr');
  if (!(await useTicket(tx, codeHash))) return err('join/code-unknown');
  const { pidHash, hprNumber, profession, level } = identity;
  await saveIdentity(tx, clinicId, { userId, pidHash, hprNumber, profession, level, boundAt: bound?.boundAt ?? now, lastAt: now });
  const set = {
    ...(recorded === null && hprNumber !== null ? { hprNumber } : {}),
    ...(profession !== null && row['profession'] !== profession ? { profession } : {}),
  };
  if (Object.keys(set).length > 0)
    await serverWrite(tx, clinicId, clinicId, [{ entity: 'user', id: userId, birth: false, set, extra: {} }]);
  if (bound === undefined) {
    await addToDirectory(tx, 'helseid', pidHash, clinicId);
    const details = { level, fields: Object.keys(set) };
    await logOnServer(tx, clinicId, { at: now, actor: actorOf(userId, person), action: 'change', verb: 'helseid.bind', userId, details });
  }
  return ok(userId);
}

/** At one's own laptop, whose signature says who asks: binds, or shows the level again. Errors: those of `readTicket` and `admitByTicket`. */
export async function bindOwn(deps: FactorDeps, who: Principal, code: string, verifier: string): Promise<Result<null>> {
  const ticket = await readTicket(deps, code, verifier);
  if (!ticket.ok) return ticket;
  const { clinicId, userId } = who;
  const now = deps.now();
  return withClinic(deps.pool, clinicId, async (tx): Promise<Result<null>> => {
    const admitted = await admitByTicket(tx, clinicId, ticket.value, { now, expected: userId });
    if (!admitted.ok) return admitted;
    const { level } = ticket.value.identity;
    const { deviceId } = who;
    if (deviceId !== undefined && level >= LEVEL_HIGH) await noteLevel4(tx, clinicId, { deviceId, userId }, now);
    const actor = actorOf(userId, await personById(tx, clinicId, userId));
    const details = { by: 'helseid', level, ...(deviceId === undefined ? {} : { device: deviceId }) };
    await logOnServer(tx, clinicId, { at: now, actor, action: 'unlock', verb: 'helseid.signIn', userId, details });
    return ok(null);
  });
}

/** ADMIN: the next sign-in must come with an invitation again. Errors: user/unknown. */
export async function unbind(deps: FactorDeps, who: Principal, userId: string): Promise<Result<null>> {
  const { clinicId } = who;
  return withClinic(deps.pool, clinicId, async (tx): Promise<Result<null>> => {
    if ((await personById(tx, clinicId, userId)) === undefined) return err('user/unknown');
    if (!(await removeIdentity(tx, clinicId, userId))) return ok(null);
    const actor = actorOf(who.userId, await personById(tx, clinicId, who.userId));
    await logOnServer(tx, clinicId, { at: deps.now(), actor, action: 'change', verb: 'helseid.unbind', userId });
    return ok(null);
  });
}

/** Errors: helseid/show-first: who asks it of others has shown it at this very device, or nobody might be left who can read. */
export async function setLevelAsked(deps: FactorDeps, who: Principal, required: boolean): Promise<Result<null>> {
  const { clinicId, userId } = who;
  return withClinic(deps.pool, clinicId, async (tx): Promise<Result<null>> => {
    if (required && !(await hasShown(tx, who))) return err('helseid/show-first');
    if (!(await askForLevel(tx, clinicId, required))) return ok(null);
    const actor = actorOf(userId, await personById(tx, clinicId, userId));
    await logOnServer(tx, clinicId, { at: deps.now(), actor, action: 'change', verb: 'helseid.required', userId, details: { required } });
    return ok(null);
  });
}

async function hasShown(tx: Tx, who: Principal): Promise<boolean> {
  if (who.deviceId !== undefined) return (await level4At(tx, who.clinicId, who.deviceId)) !== null;
  return who.kind === 'user' && who.level === LEVEL_HIGH;
}

export interface HelseIdState {
  on: boolean;
  /** The clinic asks for level 4 of who reads charts over the network. */
  required: boolean;
  /** When level 4 was shown at the device that asks. */
  shownAt: string | null;
  people: { userId: string; hprNumber: string | null; profession: string | null; level: number; boundAt: string; lastAt: string }[];
}

/** One's own binding; an administrator sees all. */
export async function stateFor(pool: Pool, who: Principal, on: boolean): Promise<HelseIdState> {
  return withClinic(pool, who.clinicId, async (tx) => {
    const all = await identitiesIn(tx, who.clinicId);
    const shown = who.deviceId === undefined ? null : await level4At(tx, who.clinicId, who.deviceId);
    return {
      on,
      required: await isLevelAsked(tx, who.clinicId),
      shownAt: shown?.toISOString() ?? null,
      people: all
        .filter(({ userId }) => userId === who.userId || who.roles.includes('ADMIN'))
        .map(({ userId, hprNumber, profession, level, boundAt, lastAt }) => ({
          userId,
          hprNumber,
          profession,
          level,
          boundAt: boundAt.toISOString(),
          lastAt: lastAt.toISOString(),
        })),
    };
  });
}
