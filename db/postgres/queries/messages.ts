/** Messages, what was handed to vendors, and what those said. The caller has locked the clinic's clock where it writes. */
import type { EntityName } from '../../model/entities.ts';
import type { StoredRow } from '../../sync/row.ts';
import type { Tx } from '../open.ts';
import { readRows } from './rows.ts';

/** Planned messages of these appointments: they must be looked at again when one of those changes. */
export async function plannedFor(tx: Tx, clinicId: string, appointmentIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from message where clinic_id = $1 and appointment_id = any($2::uuid[]) and state = 'planned' and not deleted`,
    [clinicId, appointmentIds],
  );
  return rows.map(({ id }) => id);
}

/**
 * Messages that a worker should look at though perhaps no job says so: due ones, those that were claimed long ago, and words taken back.
 * Jobs may be lost with a restored backup, or never made because the server could not send then.
 */
export async function overlooked(tx: Tx, clinicId: string, now: Date, claimedBefore: Date, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select m.id from message m left join sending s on s.clinic_id = $1 and s.message_id = m.id
     where m.clinic_id = $1 and m.direction = 'out' and not m.deleted
       and ((m.state = 'planned' and m.planned_at <= $2 and (s.state is null or s.claimed_at < $3)) or (m.state = 'planned' and not m.wanted))
     order by m.planned_at limit $4`,
    [clinicId, now.toISOString(), claimedBefore, limit],
  );
  return rows.map(({ id }) => id);
}

/** Everybody who is registered as the same person, by each of these patients; the patient itself among them. */
export async function samePersons(
  tx: Tx,
  clinicId: string,
  patientIds: readonly string[],
): Promise<{ of: string; id: string; stays: boolean }[]> {
  const { rows } = await tx.query<{ of: string; id: string; stays: boolean }>(
    `with recursive links as (select patient_id, into_id from patient_link where clinic_id = $1 and not undone and not deleted),
     known(of, id) as (
       select p, p from unnest($2::uuid[]) as p
       union select k.of, case l.patient_id when k.id then l.into_id else l.patient_id end from known k join links l on k.id in (l.patient_id, l.into_id)
     )
     select of, id, not exists (select from links l where l.patient_id = known.id) as stays from known`,
    [clinicId, patientIds],
  );
  return rows;
}

export interface PersonFacts {
  id: string;
  birthDate: string | null;
  status: string;
  phone: string | null;
  email: string | null;
  guardians: { phone: string | null; email: string | null }[];
  consents: { channel: string; state: 'yes' | 'no' }[];
}

/** What decides whether and where to a message may go. */
export async function personFacts(tx: Tx, clinicId: string, patientIds: readonly string[]): Promise<PersonFacts[]> {
  // Numbers, addresses and birth dates lie sealed: whole rows are read and opened.
  const { rows: found } = await tx.query<{ id: string; patientId: string }>(
    'select id, patient_id as "patientId" from guardian where clinic_id = $1 and patient_id = any($2::uuid[]) and not deleted',
    [clinicId, patientIds],
  );
  const { rows: consents } = await tx.query<{ patientId: string; channel: string; state: 'yes' | 'no' }>(
    'select patient_id as "patientId", channel, state from channel_consent where clinic_id = $1 and patient_id = any($2::uuid[]) and not deleted',
    [clinicId, patientIds],
  );
  const opened = await readRows(
    tx,
    clinicId,
    new Map<EntityName, ReadonlySet<string>>([
      ['patient', new Set(patientIds)],
      ['guardian', new Set(found.map(({ id }) => id))],
    ]),
  );
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const reached = ({ phone, email }: StoredRow) => ({ phone: text(phone), email: text(email) });
  const guardians = opened.filter(({ entity }) => entity === 'guardian').toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1));
  return opened
    .filter(({ entity, row }) => entity === 'patient' && !row.deleted)
    .map(({ row }) => ({
      id: row.id,
      birthDate: text(row['birthDate']),
      status: String(row['status']),
      ...reached(row),
      guardians: guardians.filter((guardian) => guardian.row['patientId'] === row.id).map((guardian) => reached(guardian.row)),
      consents: consents.filter(({ patientId }) => patientId === row.id).map(({ channel, state }) => ({ channel, state })),
    }));
}

/** The clinic as its messages name it, and what it has switched. */
export async function clinicFacts(
  tx: Tx,
  clinicId: string,
): Promise<{
  name: string;
  place: string;
  phone: string;
  settings: { name: string; enabled: boolean; options: unknown }[];
}> {
  const { rows } = await tx.query<{
    name: string;
    place: string;
    phone: string;
    settings: { name: string; enabled: boolean; options: unknown }[];
  }>(
    `select c.name, coalesce(c.address_line, '') as place, coalesce(c.phone, '') as phone,
       coalesce((select jsonb_agg(jsonb_build_object('name', s.name, 'enabled', s.enabled, 'options', s.options)) from integration_setting s
         where s.clinic_id = $1 and not s.deleted), '[]') as settings
     from clinic c where c.clinic_id = $1 and c.id = $1`,
    [clinicId],
  );
  return rows[0] ?? { name: '', place: '', phone: '', settings: [] };
}

/** How much went out lately: by patient since a day ago, and by the clinic since an hour ago. */
export async function sentLately(
  tx: Tx,
  clinicId: string,
  channel: string,
  patientIds: readonly string[],
  now: Date,
): Promise<{ byPatient: Map<string, number>; byClinic: number }> {
  const day = new Date(now.getTime() - 86_400_000);
  const hour = new Date(now.getTime() - 3_600_000);
  const patients = await tx.query<{ id: string; n: number }>(
    `select patient_id as id, count(*)::int as n from sending
     where clinic_id = $1 and channel = $2 and patient_id = any($3::uuid[]) and claimed_at > $4 group by 1`,
    [clinicId, channel, patientIds, day],
  );
  const clinic = await tx.query<{ n: number }>(
    'select count(*)::int as n from sending where clinic_id = $1 and channel = $2 and claimed_at > $3',
    [clinicId, channel, hour],
  );
  return { byPatient: new Map(patients.rows.map(({ id, n }) => [id, n])), byClinic: clinic.rows[0]?.n ?? 0 };
}

/** Addresses that have said STOP in news that are not worked in yet. */
export async function stopping(tx: Tx, clinicId: string): Promise<Set<string>> {
  const { rows } = await tx.query<{ hash: string }>(
    'select stop_hash as hash from webhook_event where clinic_id = $1 and stop_hash is not null and handled_at is null',
    [clinicId],
  );
  return new Set(rows.map(({ hash }) => hash));
}

/** Messages whose words are still there though they were written before this. */
export async function olderBodies(tx: Tx, clinicId: string, channel: string, before: Date, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from message where clinic_id = $1 and channel = $2 and (sealed is not null or body is not null) and state <> 'planned'
       and coalesce(state_at, requested_at) < $3 limit $4`,
    [clinicId, channel, before.toISOString(), limit],
  );
  return rows.map(({ id }) => id);
}
