/** The visible record of a disagreement: both values, who wrote them, open until somebody decides. */
import { derivedId } from '../model/ids.ts';
import type { EntityName } from '../model/entities.ts';
import { audienceOf } from './audience.ts';
import type { Merging } from './merge.ts';
import { stampOf, valueOf, type RowWrite, type StoredRow } from './row.ts';

/**
 * One row per field and lineage (device, and what it had read): a laptop that goes on writing
 * unaware of the other updates its own lost value instead of raising thirty conflicts.
 */
export const conflictWrite = {
  lineageId(merging: Merging, field: string, subjectId: string = merging.change.rowId): string {
    return derivedId(subjectId, `conflict:${field}:${merging.deviceId}:${merging.change.base[field] ?? 0}`);
  },

  /** The stored value stands, the change's is kept beside it. */
  of(merging: Merging, row: StoredRow | undefined, field: string, lost: unknown, kept?: unknown): RowWrite {
    const standing = row === undefined ? null : (kept ?? valueOf(row, merging.entity, field));
    const stamp = row === undefined ? undefined : stampOf(row, merging.entity, field);
    return write(merging, merging.entity, row, field, {
      kept: standing,
      keptDeviceId: stamp?.[1] ?? null,
      lost,
      lostDeviceId: merging.deviceId,
      lostActorId: merging.change.actor,
      lostAt: merging.change.at,
    });
  },

  /** What stands in a visit and was not in what its signer signed. */
  unseen(merging: Merging, entity: EntityName, row: StoredRow, says: Record<string, unknown>, by: string | null): RowWrite {
    return write(merging, entity, row, '*', {
      kept: null,
      keptDeviceId: merging.deviceId,
      lost: says,
      lostDeviceId: by ?? merging.deviceId,
      lostActorId: ownerOf(merging, by) ?? merging.change.actor,
      lostAt: merging.change.at,
    });
  },

  /** A disagreement about another row than the change's own. */
  about(merging: Merging, entity: EntityName, row: StoredRow, field: string, lost: unknown): RowWrite {
    return write(merging, entity, row, field, {
      kept: row[field] ?? null,
      keptDeviceId: stampOf(row, entity, field)?.[1] ?? null,
      lost,
      lostDeviceId: merging.deviceId,
      lostActorId: merging.change.actor,
      lostAt: merging.change.at,
    });
  },
};

/**
 * The change's value stands (more cautious, or a signature); the one that stood before is kept beside it.
 * @param ofItsOwn never joined to an earlier disagreement of this lineage, whose lost value it would replace
 */
export function overruledConflict(merging: Merging, row: StoredRow, field: string, value: unknown, ofItsOwn = false): RowWrite {
  const stamp = stampOf(row, merging.entity, field);
  return write(
    merging,
    merging.entity,
    row,
    field,
    {
      kept: value,
      keptDeviceId: merging.deviceId,
      lost: valueOf(row, merging.entity, field),
      lostDeviceId: stamp?.[1] ?? merging.deviceId,
      lostActorId: writerOf(merging, row),
      lostAt: typeof row['recordedAt'] === 'string' ? row['recordedAt'] : merging.change.at,
    },
    ofItsOwn,
  );
}

/** Whose device it is. */
function ownerOf({ read }: Merging, deviceId: string | null): string | undefined {
  const owner = deviceId === null ? undefined : read.row('device', deviceId)?.['userId'];
  return typeof owner === 'string' ? owner : undefined;
}

/** Stamps name devices, not people: the nearest person the record itself names. */
function writerOf(merging: Merging, row: StoredRow): string {
  const encounter = typeof row['encounterId'] === 'string' ? merging.read.row('encounter', row['encounterId']) : undefined;
  const named = row['closedById'] ?? row['recordedById'] ?? row['practitionerId'] ?? encounter?.['practitionerId'];
  return typeof named === 'string' ? named : merging.change.actor;
}

function write(
  merging: Merging,
  entity: EntityName,
  row: StoredRow | undefined,
  field: string,
  said: Record<string, unknown>,
  ofItsOwn = false,
): RowWrite {
  const subjectId = row?.id ?? merging.change.rowId;
  const lineage = conflictWrite.lineageId(merging, field, subjectId);
  const earlier = merging.read.row('conflict', lineage);
  if (!ofItsOwn && earlier !== undefined && earlier['status'] === 'open') {
    const { lost, lostActorId, lostAt } = said;
    return { entity: 'conflict', id: lineage, birth: false, set: { lost, lostActorId, lostAt }, extra: {} };
  }
  const set = {
    audience: audienceOf(entity, row ?? { ...merging.change.set, id: subjectId }),
    subjectEntity: entity,
    subjectId,
    patientId: patientOf(merging, entity, row, subjectId),
    field,
    ...said,
    status: 'open',
  };
  // Already decided once: what came later is a disagreement of its own.
  const id = earlier === undefined && !ofItsOwn ? lineage : derivedId(merging.change.id, `conflict:${field}`);
  return { entity: 'conflict', id, birth: merging.read.row('conflict', id) === undefined, set, extra: {} };
}

function patientOf(merging: Merging, entity: EntityName, row: StoredRow | undefined, subjectId: string): string | null {
  if (entity === 'patient') return subjectId;
  const own = row?.['patientId'] ?? merging.change.set['patientId'];
  if (typeof own === 'string') return own;
  const encounterId = row?.['encounterId'] ?? merging.change.set['encounterId'];
  const through = typeof encounterId === 'string' ? merging.read.row('encounter', encounterId)?.['patientId'] : null;
  return typeof through === 'string' ? through : null;
}
