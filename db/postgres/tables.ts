/**
 * The server's record tables: one per entity of db/model, built from it. Dates and instants are text and
 * not `date`/`timestamptz`, so that a row reads the same, byte for byte, in both dialects (digests, signed
 * content). Sensitive columns are empty once a row is sealed (sealing/sealed-row.ts); the envelopes are columns of this dialect alone, and no
 * row of the model has them. Foreign keys, row security and triggers are not here but in guards.ts, made from the same model.
 */
import { bigint, boolean, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { PgColumnBuilderBase, PgTableWithColumns } from 'drizzle-orm/pg-core';
import { sealingColumns, sensitiveColumns } from './sealing/sealed-row.ts';
import type { BuildColumns, ColumnBuilderBase, NotNull, $Type } from 'drizzle-orm';
import { columnName, type Entity, type Field, type Row } from '../model/entity.ts';
import { entities, type EntityName } from '../model/entities.ts';

type TypedColumn<T> = null extends T ? $Type<ColumnBuilderBase, NonNullable<T>> : NotNull<$Type<ColumnBuilderBase, T>>;
type ColumnsOf<E extends Entity> = { [K in keyof Row<E>]: TypedColumn<Row<E>[K]> };
export type PostgresTable<E extends Entity> = PgTableWithColumns<{
  name: E['name'];
  schema: undefined;
  columns: BuildColumns<E['name'], ColumnsOf<E>, 'pg'>;
  dialect: 'pg';
}>;

function column(field: Field, name: string, sealed: boolean): PgColumnBuilderBase {
  const base =
    field.kind === 'id'
      ? uuid(name)
      : field.kind === 'integer'
        ? bigint(name, { mode: 'number' })
        : field.kind === 'boolean'
          ? boolean(name)
          : field.kind === 'json'
            ? jsonb(name)
            : text(name);
  // A JSON field that may hold `null` as its value (a conflict about an emptied field) is stored as SQL NULL.
  const mayBeEmpty = sealed || field.nullable || (field.kind === 'json' && field.schema.safeParse(null).success);
  return mayBeEmpty ? base : base.notNull();
}

/** Which columns the server looks up by, beyond the id and its foreign keys. */
const INDEXES: Partial<Record<keyof typeof entities, readonly (readonly string[])[]>> = {
  patient: [['nationalId'], ['national_id_index']],
  appointment: [['startsAt']],
  encounter: [['patientId', 'visitAt']],
  conflict: [['status']],
  signing_key: [['userId', 'deviceId']],
  message: [['appointmentId']],
};

/** An ordinary Drizzle table of an entity; its key is (clinic_id, id). */
export function toPostgres<E extends Entity>(entity: E): PostgresTable<E> {
  const columns: Record<string, PgColumnBuilderBase> = {
    id: uuid('id').notNull(),
    clinicId: uuid('clinic_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    deleted: boolean('deleted').notNull().default(false),
    fieldSeq: jsonb('field_seq').notNull().default({}),
    extra: jsonb('extra'),
  };
  const sealed = new Set(sensitiveColumns(entity.name as EntityName));
  for (const [name, field] of Object.entries(entity.fields)) columns[name] = column(field, columnName(name), sealed.has(columnName(name)));
  for (const name of sealingColumns(entity.name as EntityName)) columns[name] = text(name);
  const wanted = new Map<string, readonly string[]>();
  for (const names of (INDEXES as Record<string, readonly (readonly string[])[] | undefined>)[entity.name] ?? [])
    wanted.set(names.join(), names);
  // A foreign key needs an index on its own side.
  for (const [name, field] of Object.entries(entity.fields)) if (field.references !== undefined) wanted.set(name, [name]);
  return pgTable(entity.name, columns, (table) => [
    primaryKey({ columns: [table['clinicId']!, table['id']!] }),
    ...[...wanted.values()].map((names) => {
      const [first, ...rest] = ['clinicId', ...names].map((name) => table[name]!);
      return index(`${entity.name}_${names.map(columnName).join('_')}`).on(first!, ...rest);
    }),
  ]) as unknown as PostgresTable<E>;
}

export const clinic = toPostgres(entities.clinic);
export const user = toPostgres(entities.user);
export const device = toPostgres(entities.device);
export const signingKey = toPostgres(entities.signing_key);
export const phrase = toPostgres(entities.phrase);
export const priceItem = toPostgres(entities.price_item);
export const patient = toPostgres(entities.patient);
export const patientLink = toPostgres(entities.patient_link);
export const guardian = toPostgres(entities.guardian);
export const channelConsent = toPostgres(entities.channel_consent);
export const safetyFact = toPostgres(entities.safety_fact);
export const episode = toPostgres(entities.episode);
export const appointment = toPostgres(entities.appointment);
export const encounter = toPostgres(entities.encounter);
export const noteSection = toPostgres(entities.note_section);
export const observation = toPostgres(entities.observation);
export const redFlagAnswer = toPostgres(entities.red_flag_answer);
export const treatmentConsent = toPostgres(entities.treatment_consent);
export const diagnosis = toPostgres(entities.diagnosis);
export const treatmentLine = toPostgres(entities.treatment_line);
export const payment = toPostgres(entities.payment);
export const billingSetting = toPostgres(entities.billing_setting);
export const seriesCover = toPostgres(entities.series_cover);
export const prepaid = toPostgres(entities.prepaid);
export const invoice = toPostgres(entities.invoice);
export const invoicePayment = toPostgres(entities.invoice_payment);
export const helfoClaim = toPostgres(entities.helfo_claim);
export const helfoMessage = toPostgres(entities.helfo_message);
export const sickLeave = toPostgres(entities.sick_leave);
export const amendment = toPostgres(entities.amendment);
export const letter = toPostgres(entities.letter);
export const document = toPostgres(entities.document);
export const attachment = toPostgres(entities.attachment);
export const questionnaireResponse = toPostgres(entities.questionnaire_response);
export const importBatch = toPostgres(entities.import_batch);
export const importedEntry = toPostgres(entities.imported_entry);
export const accessBlock = toPostgres(entities.access_block);
export const accessGrant = toPostgres(entities.access_grant);
export const journalRequest = toPostgres(entities.journal_request);
export const exportApproval = toPostgres(entities.export_approval);
export const erasure = toPostgres(entities.erasure);
export const emergencyAccess = toPostgres(entities.emergency_access);
export const dayClose = toPostgres(entities.day_close);
export const recall = toPostgres(entities.recall);
export const message = toPostgres(entities.message);
export const integrationSetting = toPostgres(entities.integration_setting);
export const conflict = toPostgres(entities.conflict);
