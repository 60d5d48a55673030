/** One change: who made it, whether they may, what it becomes. Writes nothing. */
import { ROLES, type Role } from '#db/model/clinic.ts';
import { isEntityName } from '#db/model/entities.ts';
import { worksOn } from '#db/rules/locum.ts';
import type { Change } from '#db/sync/change.ts';
import { mergeChange, type MergeReader } from '#db/sync/merge.ts';
import type { RowWrite } from '#db/sync/row.ts';
import { authorise, type Actor } from './authorise.ts';
import { judgeRules } from './judge-rules.ts';
import { isIntent, toldMessage } from './messages/told-message.ts';
import type { ReadChange } from './read-change.ts';
import { parentsIn, type RecordBatch } from './record-batch.ts';
import type { RecordTx } from './record-store.ts';
import type { Proofs } from './signatures.ts';

export interface DecideInput {
  tx: RecordTx;
  record: RecordBatch;
  people: People;
  deviceId: string;
  clinicId: string;
}

export type Decision =
  | { ok: true; outcome: 'applied' | 'merged' | 'conflict'; writes: RowWrite[]; flags: string[] }
  | { ok: false; code: string };

/** Rejects only for authorisation and malformed input; a failed rule is stored with a flag. */
export async function decideChange({ tx, record, people, deviceId, clinicId }: DecideInput, change: Change): Promise<Decision> {
  const { entity } = change;
  if (!isEntityName(entity)) return no('entity/unknown');
  if (entity === 'clinic' && change.rowId !== clinicId) return no('clinic/foreign');
  const signature = people.signature(change, deviceId);
  if (signature !== undefined) return no(signature);

  const judged = await record.reading((read) => {
    const actor = people.actor(change.actor, read);
    if (actor === undefined) return no('actor/unknown');
    const told = isIntent(entity) ? toldMessage(entity, change, read.row(entity, change.rowId)) : change;
    const verdict = authorise(actor, told, entity, read.row(entity, change.rowId));
    if (!verdict.ok) return no(verdict.code);
    const worksHere = (userId: string) => people.actor(userId, read)?.active === true;
    const rules = judgeRules(entity, told, read.row(entity, change.rowId), read, worksHere);
    if (!rules.ok) return no(rules.code);
    const merged = mergeChange({ change: told, deviceId, read });
    if (merged.outcome === 'rejected') return no(merged.code);
    const parents = merged.writes.flatMap((write) => parentsIn(write.entity, write.set));
    const own = (parent: { entity: string; id: string }) =>
      merged.writes.some((write) => write.entity === parent.entity && write.id === parent.id);
    // All are asked for before judging, so that they are fetched together.
    const missing = parents.filter((parent) => read.row(parent.entity, parent.id) === undefined && !own(parent));
    if (missing.length > 0) return no('change/parent-missing');
    return {
      ok: true as const,
      outcome: merged.outcome,
      writes: merged.writes,
      flags: [...verdict.flags, ...rules.flags, ...merged.flags],
    };
  });
  if (!judged.ok) return judged;
  const flags = [...judged.flags, ...(await sharedNationalId(tx, change, record))];
  return { ...judged, flags: [...new Set(flags)] };
}

/** Two laptops may register the same person offline: both are accepted, flagged until they are merged. */
async function sharedNationalId(tx: RecordTx, change: Change, record: RecordBatch): Promise<string[]> {
  const number = change.set['nationalId'];
  if (change.entity !== 'patient' || typeof number !== 'string' || number === '') return [];
  const stored = await tx.patientsWithNationalId([number]);
  const inBatch = [...(record.dirty.get('patient')?.values() ?? [])].filter((row) => row['nationalId'] === number && !row.deleted);
  return [...stored, ...inBatch].some(({ id }) => id !== change.rowId) ? ['patient/national-id-shared'] : [];
}

const no = (code: string) => ({ ok: false as const, code });

export interface People {
  actor(id: string, read: MergeReader): Actor | undefined;
  /** Code of what is wrong with the signature, or undefined. */
  signature(change: Change, deviceId: string): string | undefined;
  /** Takes in what a change of this batch says about people and keys. */
  learn(write: RowWrite): void;
}

/**
 * Keys and former roles of everybody who acts in these changes.
 * @param ownerId whom the sending device was enrolled for
 * @param today the clinic's day, for those who work here until a day
 */
export async function openPeople(
  tx: RecordTx,
  deviceId: string,
  items: readonly ReadChange[],
  proofs: Proofs,
  ownerId: string | undefined,
  today: string,
): Promise<People> {
  const actors = [...new Set(items.flatMap(({ change }) => (change === undefined ? [] : [change.actor])))];
  const keys = new Map<string, Set<string>>();
  const held = new Map<string, Set<Role>>();
  const addKey = (userId: string, publicKey: string) => keys.set(userId, (keys.get(userId) ?? new Set()).add(publicKey));
  const addRole = (userId: string, role: string) => {
    const known = ROLES.find((name) => name === role);
    if (known !== undefined) held.set(userId, (held.get(userId) ?? new Set()).add(known));
  };
  if (actors.length > 0) {
    for (const { userId, publicKey } of await tx.signingKeys(deviceId, actors)) addKey(userId, publicKey);
    for (const { userId, role } of await tx.rolesEverHeld(actors)) addRole(userId, role);
  }
  return {
    actor(id, read) {
      const row = read.row('user', id);
      if (row === undefined) return undefined;
      const roles = rolesIn(row['roles']);
      const lastDay = typeof row['validUntil'] === 'string' ? row['validUntil'] : null;
      const active = !row.deleted && worksOn({ active: row['active'] !== false, validUntil: lastDay }, today);
      return { id, roles, everHeld: [...new Set([...roles, ...(held.get(id) ?? [])])], active, lastDay };
    },
    signature(change, device) {
      let candidates: ReadonlySet<string> = keys.get(change.actor) ?? new Set();
      const { userId, deviceId: keyDevice, publicKey } = change.set;
      // First use: the first key of the person this device was enrolled for vouches for itself. Later ones need an earlier one,
      // and anybody else's needs an administrator's word (authorise.ts).
      const introduces =
        change.entity === 'signing_key' &&
        userId === change.actor &&
        change.actor === ownerId &&
        keyDevice === device &&
        typeof publicKey === 'string';
      if (introduces && candidates.size === 0) candidates = new Set([publicKey]);
      if (candidates.size === 0) return 'actor/key-unknown';
      const proven = proofs.get(change.n);
      return [...candidates].some((key) => proven?.has(key)) ? undefined : 'actor/signature';
    },
    learn({ entity, set, id }) {
      if (
        entity === 'signing_key' &&
        typeof set['userId'] === 'string' &&
        set['deviceId'] === deviceId &&
        typeof set['publicKey'] === 'string'
      )
        addKey(set['userId'], set['publicKey']);
      if (entity === 'user') for (const role of rolesIn(set['roles'])) addRole(id, role);
    },
  };
}

export function rolesIn(value: unknown): Role[] {
  return Array.isArray(value) ? ROLES.filter((role) => value.includes(role)) : [];
}
