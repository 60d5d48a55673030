/** The outbox and this device's log as a person reads them. */
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';
import { STAYS } from './same-person.ts';

const SHOWN = { pending: "('open','ready','sent')", quarantined: "('quarantined')", sent: "('acked')" } as const;
const PATIENT_OF = `coalesce(
  (select given_name || ' ' || family_name from patient p where p.id = ${STAYS('o.row_id')}),
  (select p.given_name || ' ' || p.family_name from encounter e join patient p on p.id = ${STAYS('e.patient_id')} where e.id = o.row_id),
  (select p.given_name || ' ' || p.family_name from note_section s join encounter e on e.id = s.encounter_id join patient p on p.id = ${STAYS('e.patient_id')} where s.id = o.row_id),
  (select p.given_name || ' ' || p.family_name from patient_link l join patient p on p.id = ${STAYS('l.into_id')} where l.id = o.row_id),
  (select p.given_name || ' ' || p.family_name from appointment a join patient p on p.id = ${STAYS('a.patient_id')} where a.id = o.row_id))`;

interface Item {
  id: string;
  n: number | null;
  verb: string;
  entity: string;
  rowId: string;
  patientName: string | null;
  actorName: string | null;
  at: string;
  state: 'open' | 'ready' | 'sent' | 'acked' | 'quarantined';
  code: string | null;
  fields: string[];
}

export function outboxItems(db: SqliteDatabase, show: keyof typeof SHOWN, limit: number): { items: Item[]; total: number } {
  const states = SHOWN[show];
  const { total } = prepared(db, `select count(*) as total from outbox where state in ${states}`).get() as { total: number };
  const rows = prepared(
    db,
    `select o.id, o.n, o.verb, o.entity, o.row_id as rowId, ${PATIENT_OF} as patientName, u.name as actorName, o.at, o.state, o.code, o."set" as fields
     from outbox o left join user u on u.id = o.actor where o.state in ${states} order by o.born ${show === 'sent' ? 'desc' : 'asc'} limit ?`,
  ).all(limit) as (Omit<Item, 'fields'> & { fields: string })[];
  return { total, items: rows.map((row) => ({ ...row, fields: Object.keys(JSON.parse(row.fields) as object) })) };
}
