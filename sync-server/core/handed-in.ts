/**
 * What a revoked device handed in lies sealed in quarantine. A clinician reads it, and takes it into the record or sets it
 * aside. Taken in, it is the change its writer made and signed, judged today by the same rules; who let it in stands beside
 * it. Nothing is deleted either way.
 */
import { clinicDay } from '#db/rules/appointments.ts';
import { isEntityName } from '#db/model/entities.ts';
import { withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { appendDecision, countUndecided, undecided, undecidedChange } from '#db/postgres/queries/handed-in.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { Outcome } from '#db/sync/change.ts';
import type { HandedInAnswer, HandedInDecided, HandedInDecision } from '#db/sync/handed-in.ts';
import { upcast } from '#db/sync/upcast.ts';
import { refusalOf } from './accept-changes.ts';
import { GOVERNING } from './authorise.ts';
import { decideChange, openPeople } from './decide-change.ts';
import type { Principal } from './principal.ts';
import { readChange } from './read-change.ts';
import { openRecordBatch } from './record-batch.ts';
import { recordTx } from './record-store.ts';
import { err, ok, type Result } from './result.ts';
import { serverWrite } from './server-write.ts';
import { keysOf, proveSignatures, type Proofs } from './signatures.ts';

type Reader = Pick<Principal, 'clinicId' | 'userId' | 'roles' | 'audience'>;

/** Errors: role/forbidden. */
export async function listHandedIn(pool: Pool, { clinicId, roles }: Reader, limit: number): Promise<Result<HandedInAnswer>> {
  if (!readsNotes(roles)) return err('role/forbidden');
  const rows = await withClinic(pool, clinicId, (tx) => undecided(tx, clinicId, limit + 1));
  const changes = rows.slice(0, limit).map((row) => ({ ...row, change: JSON.parse(row.change) as unknown }));
  return ok({ changes, more: rows.length > limit });
}

/** One transaction for each, in order: what cannot be taken in stays undecided and does not hold up the others. Errors: role/forbidden. */
export async function decideHandedIn(
  pool: Pool,
  person: Reader,
  { deviceId, ns, decision }: HandedInDecision,
  now: Date,
): Promise<Result<HandedInDecided>> {
  if (!readsNotes(person.roles)) return err('role/forbidden');
  const outcomes: Outcome[] = [];
  for (const n of [...new Set(ns)].toSorted((a, b) => a - b))
    outcomes.push(await decideOne(pool, { ...person, today: clinicDay(now.toISOString()) }, deviceId, n, decision));
  if (outcomes.some(({ outcome }) => outcome !== 'rejected')) await noteHandedIn(pool, person.clinicId, deviceId);
  return ok({ outcomes });
}

/** Who decides, and on which of the clinic's days. */
type Decider = Reader & { today: string };

async function decideOne(
  pool: Pool,
  person: Decider,
  deviceId: string,
  n: number,
  decision: HandedInDecision['decision'],
): Promise<Outcome> {
  const { clinicId, userId } = person;
  try {
    return await withClinic(pool, clinicId, async (tx): Promise<Outcome> => {
      const state = await recordTx(tx, clinicId).lockClinic(deviceId);
      const text = state === undefined ? undefined : await undecidedChange(tx, clinicId, deviceId, n);
      if (state === undefined || text === undefined) return { n, outcome: 'rejected', code: 'handed-in/unknown' };
      const outcome: Outcome =
        decision === 'set_aside' ? { n, outcome: 'applied' } : await admit(tx, person, { deviceId, n, text, seq: state.seq });
      if (outcome.outcome !== 'rejected') await appendDecision(tx, clinicId, { deviceId, n, decision, decidedBy: userId, outcome });
      return outcome;
    });
  } catch (error) {
    const code = refusalOf(error);
    if (code === undefined) throw error;
    return { n, outcome: 'rejected', code };
  }
}

/** The change as its device sent it, signature and all, through the rules of today. Writes nothing when it is refused. */
async function admit(tx: Tx, person: Decider, held: { deviceId: string; n: number; text: string; seq: number }): Promise<Outcome> {
  const { clinicId, audience, today } = person;
  const { deviceId, n } = held;
  const refused = (code: string): Outcome => ({ n, outcome: 'rejected', code });
  const item = readChange(JSON.parse(held.text), n);
  if (item.change === undefined) return refused(item.code);
  // Who works here, what things cost and which keys count is not decided by a machine that may have been in a stranger's hands.
  if (isEntityName(item.change.entity) && GOVERNING.has(item.change.entity)) return refused('handed-in/governing');
  const store = recordTx(tx, clinicId);
  const proofs: Proofs = new Map();
  // By its own signature: what stood before and after it in its writer's chain is not asked.
  await proveSignatures(proofs, keysOf(await store.signingKeys(deviceId, [item.change.actor]), []), [item]);
  const change = upcast(item.change);
  const record = openRecordBatch(store, clinicId, held.seq);
  const people = await openPeople(store, deviceId, [{ ...item, change }], proofs, undefined, today);
  const decided = await decideChange({ tx: store, record, people, deviceId, clinicId }, change);
  if (!decided.ok) return refused(decided.code);
  const seq = record.apply(decided.writes, deviceId, audience) ?? record.placeOf(change, audience);
  if (record.seq > held.seq) {
    await store.moveClock(record.seq);
    await store.writeRows(record.dirty);
  }
  const flags = decided.flags.length === 0 ? {} : { flags: decided.flags };
  return { n, outcome: decided.outcome, ...(seq === undefined ? {} : { seq }), ...flags };
}

/** Tells the clinic's laptops how many changes of this device wait for a clinician. */
export async function noteHandedIn(pool: Pool, clinicId: string, deviceId: string): Promise<void> {
  await withClinic(pool, clinicId, async (tx) => {
    const store = recordTx(tx, clinicId);
    await store.lockClinic(deviceId);
    if ((await store.readRows(new Map([['device', new Set([deviceId])]]))).length === 0) return;
    const handedIn = await countUndecided(tx, clinicId, deviceId);
    await serverWrite(tx, clinicId, deviceId, [{ entity: 'device', id: deviceId, birth: false, set: { handedIn }, extra: {} }]);
  });
}
