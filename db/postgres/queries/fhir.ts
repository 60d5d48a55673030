/** Rows for the FHIR API: by id, patient, visit or moment, as far as that stands in the clear; what lies in envelopes is judged once it is open. */
import { columnName } from '../../model/entity.ts';
import type { EntityName } from '../../model/entities.ts';
import type { StoredRow } from '../../sync/row.ts';
import type { Tx } from '../open.ts';
import { unlessBroken, withKeys } from '../sealing/clinic-keys.ts';
import { openRow } from '../sealing/sealed-row.ts';
import { fieldsOf } from '../../sync/row.ts';
import type { RawFound } from './rows.ts';

type Found = { entity: EntityName; row: StoredRow };

/** What is wanted of one entity; every part that is given narrows. Names come from the model, never from a request. */
export interface Wanted {
  entity: EntityName;
  ids?: readonly string[];
  /** `field` of the row itself, or of its visit. */
  patients?: { field: 'id' | 'patientId' | 'visit'; ids: readonly string[] };
  visits?: readonly string[];
  /** Fields of the row that hold one of these ids. */
  equals?: readonly { field: string; ids: readonly string[] }[];
  /** Half-open, ISO instants in UTC. */
  moment?: { field: string; from?: string; to?: string };
  /** Beyond this id, in order of id. */
  after?: string;
  /** Up to and with this id. */
  upTo?: string;
  limit: number;
  deletedToo?: boolean;
}

/** In order of id. What does not open is left out, and told of. */
export async function fhirRows(tx: Tx, clinicId: string, wanted: Wanted): Promise<StoredRow[]> {
  const { entity } = wanted;
  const values: unknown[] = [clinicId];
  const value = (one: unknown): string => `$${values.push(one)}`;
  const where = ['t.clinic_id = $1'];
  const column = (field: string): string => {
    if (field !== 'id' && !Object.hasOwn(fieldsOf(entity), field)) throw new TypeError(`${entity} has no ${field}`);
    return `t."${columnName(field)}"`;
  };
  const { ids, patients, visits, moment, after } = wanted;
  if (wanted.deletedToo !== true) where.push('not t.deleted');
  if (ids !== undefined) where.push(`t.id = any(${value(ids)}::uuid[])`);
  if (after !== undefined) where.push(`t.id > ${value(after)}`);
  if (wanted.upTo !== undefined) where.push(`t.id <= ${value(wanted.upTo)}`);
  if (visits !== undefined) where.push(`${column(entity === 'encounter' ? 'id' : 'encounterId')} = any(${value(visits)}::uuid[])`);
  for (const { field, ids: wantedIds } of wanted.equals ?? []) where.push(`${column(field)} = any(${value(wantedIds)}::uuid[])`);
  if (patients !== undefined)
    where.push(
      patients.field === 'visit'
        ? `t.encounter_id in (select v.id from encounter v where v.clinic_id = $1 and v.patient_id = any(${value(patients.ids)}::uuid[]))`
        : `${column(patients.field)} = any(${value(patients.ids)}::uuid[])`,
    );
  if (moment !== undefined && (moment.from !== undefined || moment.to !== undefined)) {
    const at = moment.field === 'visit' ? 'v.visit_at' : column(moment.field);
    const within = [
      ...(moment.from === undefined ? [] : [`${at} >= ${value(moment.from)}`]),
      ...(moment.to === undefined ? [] : [`${at} < ${value(moment.to)}`]),
    ].join(' and ');
    where.push(moment.field === 'visit' ? `t.encounter_id in (select v.id from encounter v where v.clinic_id = $1 and ${within})` : within);
  }
  const { rows } = await tx.query<RawFound>(
    `select '${entity}' as entity, to_jsonb(t) as row from "${entity}" t where ${where.join(' and ')} order by t.id limit ${value(wanted.limit)}`,
    values,
  );
  return (await opened(tx, rows)).map(({ row }) => row);
}

/** Rows that mappings look at besides their own, deleted ones too: that something went is a change. One statement. */
export async function rowsBeside(
  tx: Tx,
  clinicId: string,
  needs: readonly { entity: EntityName; field: string; ids: readonly string[] }[],
): Promise<Found[]> {
  const ids = new Map<string, Set<string>>();
  for (const need of needs) {
    const key = `${need.entity} ${need.field}`;
    const known = ids.get(key) ?? new Set();
    ids.set(key, known);
    for (const id of need.ids) known.add(id);
  }
  const values: unknown[] = [clinicId];
  const parts = [...ids].flatMap(([key, wanted]) => {
    const [entity = '', field = ''] = key.split(' ');
    if (wanted.size === 0) return [];
    if (field !== 'id' && !Object.hasOwn(fieldsOf(entity as EntityName), field)) throw new TypeError(`${entity} has no ${field}`);
    values.push([...wanted]);
    return `select '${entity}' as entity, to_jsonb(t) as row from "${entity}" t where clinic_id = $1 and "${columnName(field)}" = any($${values.length}::uuid[])`;
  });
  if (parts.length === 0) return [];
  return opened(tx, (await tx.query<RawFound>(parts.join(' union all '), values)).rows);
}

async function opened(tx: Tx, rows: readonly RawFound[]): Promise<Found[]> {
  return withKeys(tx, (keys) =>
    rows.flatMap(({ entity, row }) => {
      const open = unlessBroken(keys, entity, String(row['id']), () => openRow(keys, entity, row, false));
      return open === undefined ? [] : [{ entity, row: open }];
    }),
  );
}

/** Everybody who ever worked here, and the clinic itself: who may be named. */
export async function peopleAndClinic(tx: Tx, clinicId: string): Promise<Found[]> {
  const { rows } = await tx.query<RawFound>({
    name: 'fhir-people',
    text: `select 'user' as entity, to_jsonb(t) as row from "user" t where clinic_id = $1
     union all select 'clinic', to_jsonb(t) from clinic t where clinic_id = $1`,
    values: [clinicId],
  });
  return opened(tx, rows);
}

/** By place of the feed, when it was given, as far as that is known: the transaction's own moment, or the end of its day. */
export async function momentsOf(tx: Tx, clinicId: string, seqs: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await tx.query<{ seq: number; at: string | null }>({
    name: 'fhir-moments',
    text: `select s.seq, to_char(least(
         (select m.at from clinic_moment m where m.clinic_id = $1 and m.seq >= s.seq order by m.seq limit 1),
         (select (d.day + 1)::timestamp at time zone 'UTC' from feed_mark d where d.clinic_id = $1 and d.seq >= s.seq order by d.day limit 1)
       ) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
     from unnest($2::bigint[]) as s(seq)`,
    values: [clinicId, [...new Set(seqs)]],
  });
  return new Map(rows.flatMap(({ seq, at }) => (at === null ? [] : [[seq, at] as const])));
}

/** The last place of the feed that was given before this moment; 0 when none is known to be. */
export async function placeBefore(tx: Tx, clinicId: string, at: string): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>({
    name: 'fhir-place-before',
    text: `select coalesce(greatest(
         (select max(m.seq) from clinic_moment m where m.clinic_id = $1 and m.at < $2::timestamptz),
         (select max(d.seq) from feed_mark d where d.clinic_id = $1 and (d.day + 1)::timestamp at time zone 'UTC' < $2::timestamptz)), 0)::bigint as seq`,
    values: [clinicId, at],
  });
  return rows[0]?.seq ?? 0;
}

/** Registrations that are one person with one of these (docs/decisions/0046), these among them. */
export async function samePersonAs(tx: Tx, clinicId: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'fhir-same-person',
    text: `with recursive people as (
       select unnest($2::uuid[]) as id
       union select case l.patient_id when p.id then l.into_id else l.patient_id end
         from people p join patient_link l on l.clinic_id = $1 and p.id in (l.patient_id, l.into_id) and not l.undone and not l.deleted
     ) select id from people`,
    values: [clinicId, ids],
  });
  return rows.map(({ id }) => id);
}

/** Patients who have shut their journal for this person, and those that an emergency has opened again. */
export async function blocksFor(
  tx: Tx,
  clinicId: string,
  userId: string,
): Promise<{ blocked: string[]; emergencies: { patientId: string; openedAt: string; until: string }[] }> {
  const { rows } = await tx.query<{ patientId: string; openedAt: string | null; until: string | null }>({
    name: 'fhir-blocks',
    text: `select patient_id as "patientId", null as "openedAt", null as until from access_block
       where clinic_id = $1 and user_id = $2 and blocked and not deleted
     union all select patient_id, opened_at, until from emergency_access where clinic_id = $1 and user_id = $2 and not deleted`,
    values: [clinicId, userId],
  });
  return {
    blocked: rows.filter(({ until }) => until === null).map(({ patientId }) => patientId),
    emergencies: rows.flatMap(({ patientId, openedAt, until }) =>
      openedAt === null || until === null ? [] : [{ patientId, openedAt, until }],
    ),
  };
}

/** Patients and links of patients that changed beyond a place of the feed, in its order; bodies as they lie there. */
export async function patientsSince(
  tx: Tx,
  clinicId: string,
  seq: number,
  limit: number,
): Promise<{ entity: 'patient' | 'patient_link'; id: string; seq: number; deleted: boolean; body: string | null }[]> {
  const { rows } = await tx.query<{ entity: 'patient' | 'patient_link'; id: string; seq: number; deleted: boolean; body: string | null }>({
    name: 'fhir-patients-since',
    text: `select entity, id, seq, deleted, body from feed
     where clinic_id = $1 and seq > $2 and entity in ('patient', 'patient_link') order by seq limit $3`,
    values: [clinicId, seq, limit],
  });
  return rows;
}

export interface PastChange {
  /** Place of the feed it was given. */
  seq: number;
  at: string;
  actorId: string | null;
  birth: boolean;
}

/** Changes of a row that were taken in, newest first, as far as the ledger tells their place (one whose own device saw none of it has none). */
export async function changesOf(tx: Tx, clinicId: string, entity: EntityName, rowId: string, limit = 200): Promise<PastChange[]> {
  const { rows } = await tx.query<PastChange>({
    name: 'fhir-changes',
    text: `select (outcome->>'seq')::bigint as seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, actor as "actorId",
         row_number() over (order by (outcome->>'seq')::bigint) = 1 as birth
       from ledger where clinic_id = $1 and row_id = $2 and entity = $3 and outcome->>'outcome' <> 'rejected' and outcome ? 'seq'
       order by (outcome->>'seq')::bigint desc limit $4`,
    values: [clinicId, rowId, entity, limit],
  });
  return rows;
}
