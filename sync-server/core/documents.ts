/**
 * Documents that other systems ask for: a signed letter, a receipt, an account statement, made by the laptop's own templates (db/documents). A signed letter
 * is never set anew: its bytes are those that were signed (decision 0005). What the app asks before it shows a journal is asked here too: role, a
 * block by the patient, and every page that goes out stands in the log before it goes.
 */
import { createHash } from 'node:crypto';
import type { Entity, Row } from '#db/model/entity.ts';
import type { accessBlock, emergencyAccess } from '#db/model/access.ts';
import type { clinic } from '#db/model/clinic.ts';
import type { patient } from '#db/model/patient.ts';
import type { invoice } from '#db/model/money.ts';
import { invoiceNumber } from '#db/rules/invoices.ts';
import { renderInvoice } from '#db/documents/render-invoice.ts';
import type { document, letter, payment } from '#db/model/practice.ts';
import type { EntityName } from '#db/model/entities.ts';
import { clinicHead, receiptOf } from '#db/documents/receipt-of.ts';
import { renderReceipt } from '#db/documents/render-receipt.ts';
import { renderStatement } from '#db/documents/render-statement.ts';
import { isShut, needsOpenJournal } from '#db/rules/access.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { findRows } from '#db/postgres/queries/erasure.ts';
import { samePersons } from '#db/postgres/queries/messages.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { Principal } from './principal.ts';
import { err, ok, type Result } from './result.ts';
import { actorOf } from './second-factor.ts';
import { logOnServer } from './server-log.ts';

interface Deps {
  pool: Pool;
  now(): Date;
}
export interface Pdf {
  bytes: Buffer;
  sha256: string;
}

/** Errors: role/forbidden, letter/unknown, letter/not-signed, letter/document-missing, patient/blocked. */
export async function letterPdf({ pool, now }: Deps, who: Principal, id: string): Promise<Result<Pdf>> {
  if (who.audience !== 'clinical' || !readsNotes(who.roles)) return err('role/forbidden');
  return withClinic(pool, who.clinicId, async (tx) => {
    const found = await one<typeof letter>(tx, who.clinicId, 'letter', id);
    if (found === undefined) return err('letter/unknown');
    if (found.status === 'draft') return err('letter/not-signed');
    const stored = found.documentId === null ? undefined : await one<typeof document>(tx, who.clinicId, 'document', found.documentId);
    if (stored === undefined) return err('letter/document-missing');
    const said = await told(tx, { now, who, verb: 'letter.export', entity: 'letter', id, patientId: found.patientId });
    return said.ok ? ok({ bytes: Buffer.from(stored.data, 'base64'), sha256: stored.sha256 }) : said;
  });
}

/** Errors: payment/unknown, patient/blocked. */
export async function receiptPdf({ pool, now }: Deps, who: Principal, id: string): Promise<Result<Pdf>> {
  const found = await withClinic(pool, who.clinicId, async (tx) => {
    const paid = await one<typeof payment>(tx, who.clinicId, 'payment', id);
    if (paid === undefined) return err('payment/unknown');
    const person = await personOf(tx, who.clinicId, paid.patientId);
    const seller = await one<typeof clinic>(tx, who.clinicId, 'clinic', who.clinicId);
    if (person === undefined || seller === undefined) return err('payment/unknown');
    const said = await told(tx, { now, who, verb: 'payment.receipt', entity: 'payment', id, patientId: paid.patientId });
    if (!said.ok) return said;
    const visit = (await rowsOf(tx, who.clinicId, 'encounter', [paid.encounterId]))[0];
    const practitioner =
      typeof visit?.['practitionerId'] === 'string' ? await personById(tx, who.clinicId, visit['practitionerId']) : undefined;
    return ok(
      receiptOf(paid, { seller: clinicHead(seller), patientName: fullName(person.row), practitionerName: practitioner?.name ?? '' }),
    );
  });
  return found.ok ? ok(pdf(await renderReceipt(found.value))) : found;
}

/** As it was issued, from what it froze. Errors: invoice/unknown, patient/blocked. */
export async function invoicePdf({ pool, now }: Deps, who: Principal, id: string): Promise<Result<Pdf>> {
  const found = await withClinic(pool, who.clinicId, async (tx) => {
    const issued = await one<typeof invoice>(tx, who.clinicId, 'invoice', id);
    if (issued === undefined) return err('invoice/unknown');
    const said = await told(tx, { now, who, verb: 'invoice.pdf', entity: 'invoice', id, patientId: issued.patientId });
    return said.ok ? ok(issued) : said;
  });
  if (!found.ok) return found;
  return ok(pdf(await renderInvoice({ ...found.value, number: invoiceNumber(found.value.series, found.value.running) })));
}

/**
 * @param from @param to days of the clinic, both within
 * Errors: patient/unknown, patient/blocked.
 */
export async function statementPdf(
  { pool, now }: Deps,
  who: Principal,
  { patientId, from, to }: { patientId: string; from: string; to: string },
): Promise<Result<Pdf>> {
  const found = await withClinic(pool, who.clinicId, async (tx) => {
    const person = await personOf(tx, who.clinicId, patientId);
    const seller = await one<typeof clinic>(tx, who.clinicId, 'clinic', who.clinicId);
    if (person === undefined || seller === undefined) return err('patient/unknown');
    const said = await told(tx, { now, who, verb: 'payment.statement', entity: 'patient', id: patientId, patientId });
    if (!said.ok) return said;
    const paid = await findRows(tx, who.clinicId, { entity: 'payment', field: 'patientId', ids: person.ids });
    const payments = paid
      .map(({ row }) => row as unknown as Row<typeof payment> & { deleted: boolean; id: string })
      .filter(({ deleted, paidAt }) => !deleted && clinicDay(paidAt) >= from && clinicDay(paidAt) <= to)
      .toSorted((a, b) => (a.paidAt === b.paidAt ? (a.id < b.id ? -1 : 1) : a.paidAt < b.paidAt ? -1 : 1));
    const { addressLine, postalCode, city } = person.row;
    const address = [addressLine ?? '', [postalCode, city].filter((part) => part !== null && part !== '').join(' ')];
    const madeAt = now().toISOString();
    return ok({ seller: clinicHead(seller), patientName: fullName(person.row), address, from, to, madeAt, payments });
  });
  return found.ok ? ok(pdf(await renderStatement(found.value))) : found;
}

const fullName = ({ givenName, familyName }: Pick<Row<typeof patient>, 'givenName' | 'familyName'>): string => `${givenName} ${familyName}`;

function pdf(rendered: Uint8Array): Pdf {
  const bytes = Buffer.from(rendered);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function rowsOf(tx: Tx, clinicId: string, entity: EntityName, ids: readonly string[]) {
  const found = await readRows(tx, clinicId, new Map([[entity, new Set(ids)]]));
  return found.flatMap(({ row }) => (row.deleted ? [] : [row]));
}

/** The columns are the model's, so a row that was stored is one of its rows. */
async function one<E extends Entity>(tx: Tx, clinicId: string, entity: EntityName, id: string): Promise<Row<E> | undefined> {
  return (await rowsOf(tx, clinicId, entity, [id]))[0] as unknown as Row<E> | undefined;
}

/** All registrations of a person, and the one who stays (db/rules/same-person.ts); undefined when this clinic has no such patient. */
async function personOf(tx: Tx, clinicId: string, patientId: string): Promise<{ ids: string[]; row: Row<typeof patient> } | undefined> {
  if ((await one<typeof patient>(tx, clinicId, 'patient', patientId)) === undefined) return undefined;
  const same = await samePersons(tx, clinicId, [patientId]);
  const stays =
    same
      .filter((person) => person.stays)
      .map(({ id }) => id)
      .toSorted()[0] ?? patientId;
  const row = await one<typeof patient>(tx, clinicId, 'patient', stays);
  return row === undefined ? undefined : { ids: same.map(({ id }) => id), row };
}

interface Act {
  now(): Date;
  who: Principal;
  verb: string;
  entity: EntityName;
  id: string;
  patientId: string;
}

/** Stands in the log before it goes out; what the patient has shut for this person stands there as refused. Errors: patient/blocked. */
async function told(tx: Tx, { now, who, verb, entity, id, patientId }: Act): Promise<Result<null>> {
  const { clinicId, userId } = who;
  const shut = needsOpenJournal(verb, 'export') && (await isShutFor(tx, who, patientId, now().toISOString()));
  const actor = actorOf(userId, await personById(tx, clinicId, userId));
  const event = { at: now(), actor, verb, userId, subject: { entity, id, patientId }, details: { by: 'api' } };
  await logOnServer(tx, clinicId, { ...event, action: shut ? 'refused' : 'export' });
  return shut ? err('patient/blocked') : ok(null);
}

async function isShutFor(tx: Tx, { clinicId, userId }: Principal, patientId: string, now: string): Promise<boolean> {
  const ids = (await samePersons(tx, clinicId, [patientId])).map(({ id }) => id);
  const theirs = async (entity: 'access_block' | 'emergency_access') =>
    (await findRows(tx, clinicId, { entity, field: 'patientId', ids })).flatMap(({ row }) =>
      row['userId'] === userId && !row.deleted ? [row as unknown] : [],
    );
  return isShut(
    (await theirs('access_block')) as Row<typeof accessBlock>[],
    (await theirs('emergency_access')) as Row<typeof emergencyAccess>[],
    now,
  );
}
