/**
 * The laptop's tables: one per entity of db/model, built from it, and the few that never leave this machine.
 * Foreign keys are absent on purpose: a row may arrive before its parent (design.md §3).
 */
import { columnName } from '../model/entity.ts';
import type { Entity, FieldKind, Row } from '../model/entity.ts';
import { entities } from '../model/entities.ts';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { SQLiteColumnBuilderBase, SQLiteTableWithColumns } from 'drizzle-orm/sqlite-core';
import type { BuildColumns, ColumnBuilderBase, NotNull, $Type } from 'drizzle-orm';

type TypedColumn<T> = null extends T ? $Type<ColumnBuilderBase, NonNullable<T>> : NotNull<$Type<ColumnBuilderBase, T>>;
type ColumnsOf<E extends Entity> = { [K in keyof Row<E>]: TypedColumn<Row<E>[K]> };
export type SqliteTable<E extends Entity> = SQLiteTableWithColumns<{
  name: E['name'];
  schema: undefined;
  columns: BuildColumns<E['name'], ColumnsOf<E>, 'sqlite'>;
  dialect: 'sqlite';
}>;

function column(kind: FieldKind, name: string, nullable: boolean): SQLiteColumnBuilderBase {
  const base =
    kind === 'integer'
      ? integer(name)
      : kind === 'boolean'
        ? integer(name, { mode: 'boolean' })
        : kind === 'json'
          ? text(name, { mode: 'json' })
          : text(name);
  return nullable ? base : base.notNull();
}

/** Which columns are looked up by, beyond the id. */
const INDEXES: Partial<Record<keyof typeof entities, readonly (readonly string[])[]>> = {
  patient: [['nationalId'], ['familyName', 'givenName']],
  patient_link: [['patientId'], ['intoId']],
  guardian: [['patientId']],
  channel_consent: [['patientId']],
  safety_fact: [['patientId']],
  episode: [['patientId']],
  appointment: [['startsAt'], ['patientId', 'startsAt']],
  encounter: [['patientId', 'visitAt'], ['status', 'visitAt'], ['appointmentId'], ['episodeId', 'visitAt']],
  note_section: [['encounterId']],
  observation: [['encounterId']],
  red_flag_answer: [['encounterId']],
  diagnosis: [['encounterId'], ['code']],
  treatment_line: [['encounterId']],
  payment: [['encounterId'], ['patientId', 'paidAt'], ['prepaidId'], ['method', 'paidAt']],
  series_cover: [['patientId']],
  prepaid: [['patientId'], ['lineId']],
  invoice: [['patientId'], ['series', 'running'], ['creditsId']],
  invoice_payment: [['invoiceId']],
  helfo_claim: [['encounterId'], ['day'], ['batchId'], ['regningsnummer']],
  sick_leave: [['patientId']],
  amendment: [['encounterId']],
  letter: [['patientId'], ['encounterId'], ['status']],
  document: [['patientId']],
  attachment: [['patientId'], ['sha256']],
  questionnaire_response: [['patientId']],
  imported_entry: [['patientId', 'happenedOn'], ['importId'], ['replacesId']],
  access_block: [['patientId']],
  access_grant: [['userId']],
  journal_request: [['patientId']],
  erasure: [['patientId']],
  emergency_access: [['patientId']],
  conflict: [['status'], ['subjectId']],
  signing_key: [['userId', 'deviceId']],
  message: [['patientId', 'plannedAt'], ['appointmentId'], ['subjectId']],
  recall: [['patientId'], ['state', 'dueOn']],
  export_approval: [['patientId']],
};

/** An ordinary Drizzle table of an entity. */
export function toSqlite<E extends Entity>(entity: E): SqliteTable<E> {
  const columns: Record<string, SQLiteColumnBuilderBase> = {
    id: text('id').primaryKey().notNull(),
    clinicId: text('clinic_id').notNull(),
    seq: integer('seq').notNull(),
    deleted: integer('deleted', { mode: 'boolean' }).notNull(),
    fieldSeq: text('field_seq', { mode: 'json' }).notNull(),
    extra: text('extra', { mode: 'json' }),
  };
  for (const [name, field] of Object.entries(entity.fields)) columns[name] = column(field.kind, columnName(name), field.nullable);
  const wanted = (INDEXES as Record<string, readonly (readonly string[])[] | undefined>)[entity.name] ?? [];
  return sqliteTable(entity.name, columns, (table) =>
    wanted.map((names) => {
      const [first, ...rest] = names.map((name) => table[name]!);
      return index(`${entity.name}_${names.map(columnName).join('_')}`).on(first!, ...rest);
    }),
  ) as unknown as SqliteTable<E>;
}

export const clinic = toSqlite(entities.clinic);
export const user = toSqlite(entities.user);
export const device = toSqlite(entities.device);
export const signingKey = toSqlite(entities.signing_key);
export const phrase = toSqlite(entities.phrase);
export const priceItem = toSqlite(entities.price_item);
export const patient = toSqlite(entities.patient);
export const patientLink = toSqlite(entities.patient_link);
export const guardian = toSqlite(entities.guardian);
export const channelConsent = toSqlite(entities.channel_consent);
export const safetyFact = toSqlite(entities.safety_fact);
export const episode = toSqlite(entities.episode);
export const appointment = toSqlite(entities.appointment);
export const encounter = toSqlite(entities.encounter);
export const noteSection = toSqlite(entities.note_section);
export const observation = toSqlite(entities.observation);
export const redFlagAnswer = toSqlite(entities.red_flag_answer);
export const treatmentConsent = toSqlite(entities.treatment_consent);
export const diagnosis = toSqlite(entities.diagnosis);
export const treatmentLine = toSqlite(entities.treatment_line);
export const payment = toSqlite(entities.payment);
export const billingSetting = toSqlite(entities.billing_setting);
export const seriesCover = toSqlite(entities.series_cover);
export const prepaid = toSqlite(entities.prepaid);
export const invoice = toSqlite(entities.invoice);
export const invoicePayment = toSqlite(entities.invoice_payment);
export const helfoClaim = toSqlite(entities.helfo_claim);
export const helfoMessage = toSqlite(entities.helfo_message);
export const sickLeave = toSqlite(entities.sick_leave);
export const amendment = toSqlite(entities.amendment);
export const letter = toSqlite(entities.letter);
export const document = toSqlite(entities.document);
export const attachment = toSqlite(entities.attachment);
export const questionnaireResponse = toSqlite(entities.questionnaire_response);
export const importBatch = toSqlite(entities.import_batch);
export const importedEntry = toSqlite(entities.imported_entry);
export const accessBlock = toSqlite(entities.access_block);
export const accessGrant = toSqlite(entities.access_grant);
export const journalRequest = toSqlite(entities.journal_request);
export const exportApproval = toSqlite(entities.export_approval);
export const erasure = toSqlite(entities.erasure);
export const emergencyAccess = toSqlite(entities.emergency_access);
export const dayClose = toSqlite(entities.day_close);
export const recall = toSqlite(entities.recall);
export const message = toSqlite(entities.message);
export const integrationSetting = toSqlite(entities.integration_setting);
export const conflict = toSqlite(entities.conflict);

/** What this laptop has written and what became of it. An entry is never deleted before 35 days after its acknowledgement. */
export const outbox = sqliteTable(
  'outbox',
  {
    /** Order of birth; overlays are re-applied in it. */
    born: integer('born').primaryKey({ autoIncrement: true }),
    id: text('id').notNull(),
    /** Place in this device's queue, given when first sent; gapless. */
    n: integer('n'),
    /** The device that gave `n`; an older one after a restore from backup. */
    deviceId: text('device_id').notNull(),
    actor: text('actor').notNull(),
    actorSignature: text('actor_signature').notNull(),
    verb: text('verb').notNull(),
    entity: text('entity').notNull(),
    rowId: text('row_id').notNull(),
    base: text('base', { mode: 'json' }).notNull().$type<Record<string, number>>(),
    set: text('set', { mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    at: text('at').notNull(),
    schema: integer('schema').notNull(),
    /** SHA-256 (hex) of the canonical change. */
    hash: text('hash').notNull(),
    /** `open` may be replaced by a newer autosave; `ready` waits; `sent` is frozen; `acked`; `quarantined` was refused and keeps its text. */
    state: text('state', { enum: ['open', 'ready', 'sent', 'acked', 'quarantined'] }).notNull(),
    openedAt: text('opened_at').notNull(),
    touchedAt: text('touched_at').notNull(),
    outcome: text('outcome'),
    code: text('code'),
    outcomeSeq: integer('outcome_seq'),
    ackedAt: text('acked_at'),
    /** The overlay has ended: the cursor passed the outcome. */
    passed: integer('passed', { mode: 'boolean' }).notNull().default(false),
    /** What a person did about a refusal: sent it again as a new change, or set it aside. The entry keeps its text either way. */
    resolution: text('resolution', { enum: ['sent_again', 'set_aside', 'erased'] }),
  },
  (table) => [
    uniqueIndex('outbox_id').on(table.id),
    uniqueIndex('outbox_device_n').on(table.deviceId, table.n),
    index('outbox_state').on(table.state, table.born),
    index('outbox_row').on(table.entity, table.rowId, table.passed),
  ],
);

/** Rows of entities this version does not know, as they came. */
export const unknownRow = sqliteTable(
  'unknown_row',
  {
    entity: text('entity').notNull(),
    id: text('id').notNull(),
    seq: integer('seq').notNull(),
    deleted: integer('deleted', { mode: 'boolean' }).notNull(),
    body: text('body'),
  },
  (table) => [uniqueIndex('unknown_row_key').on(table.entity, table.id)],
);

/**
 * Rows that were erased by law, for good: whatever comes later, from a feed read anew, a restored server or a change still on its way, is not
 * written into them (queries/erase.ts). Triggers let nobody take a line of it away.
 */
export const erasedRow = sqliteTable(
  'erased_row',
  {
    entity: text('entity').notNull(),
    id: text('id').notNull(),
    /** The erasure; empty when the server alone knows it. */
    erasureId: text('erasure_id'),
    /** A file of sealed bytes that must go with it, until it has gone. */
    file: text('file'),
  },
  (table) => [uniqueIndex('erased_row_key').on(table.entity, table.id)],
);

/** What the server last sent of a row that shows something else here: our own unsent change lies over it, or it was deleted before we ever had it. */
export const serverRow = sqliteTable(
  'server_row',
  {
    entity: text('entity').notNull(),
    id: text('id').notNull(),
    seq: integer('seq').notNull(),
    deleted: integer('deleted', { mode: 'boolean' }).notNull(),
    body: text('body'),
  },
  (table) => [uniqueIndex('server_row_key').on(table.entity, table.id)],
);

/** A whole feed read anew beside the rows in use, until it can take their place. */
export const refetchRow = sqliteTable(
  'refetch_row',
  {
    entity: text('entity').notNull(),
    id: text('id').notNull(),
    seq: integer('seq').notNull(),
    deleted: integer('deleted', { mode: 'boolean' }).notNull(),
    body: text('body'),
  },
  (table) => [uniqueIndex('refetch_row_key').on(table.entity, table.id)],
);

/** The bytes of an attachment as this laptop holds them, in a file of sealed chunks beside the database (electron/sync/content). Never synced. */
export const content = sqliteTable('content', {
  /** Of the plain bytes, hex. */
  sha256: text('sha256').primaryKey(),
  /** Name of the file; says nothing about what is in it. */
  file: text('file').notNull(),
  /** 32 bytes, base64: of this file alone. */
  key: text('key').notNull(),
  byteLength: integer('byte_length').notNull(),
  /** Chunks on the disk, from the first on without a gap. */
  chunks: integer('chunks').notNull(),
  /** All chunks are here and the whole is what `sha256` says. */
  complete: integer('complete', { mode: 'boolean' }).notNull(),
  /** The server has the whole and has verified it, in `epoch`. */
  uploaded: integer('uploaded', { mode: 'boolean' }).notNull(),
  epoch: text('epoch'),
  /** Somebody waits for it to be fetched. */
  wanted: integer('wanted', { mode: 'boolean' }).notNull(),
  /** Stays on this laptop. */
  pinned: integer('pinned', { mode: 'boolean' }).notNull(),
  openedAt: text('opened_at'),
  /** Why the server or this laptop refused it last; null when nothing is wrong. */
  problem: text('problem'),
});

/**
 * Who belongs together, as db/rules/same-person.ts reads it from the links that are here (queries/same-person.ts writes it): one row
 * for each patient of a person who was registered more than once, the one who stays among them. Empty in most clinics.
 */
export const samePerson = sqliteTable('same_person', { id: text('id').primaryKey(), staysId: text('stays_id').notNull() }, (table) => [
  index('same_person_stays').on(table.staysId),
]);

/** Small facts about this replica: device, cursor, epoch, credential. */
export const replica = sqliteTable('replica', { key: text('key').primaryKey(), value: text('value').notNull() });

/** Where a person's window was: open charts, carets. */
export const uiState = sqliteTable(
  'ui_state',
  { userId: text('user_id').notNull(), key: text('key').notNull(), value: text('value').notNull() },
  (table) => [uniqueIndex('ui_state_key').on(table.userId, table.key)],
);

/** This device's log; triggers refuse every change and deletion. */
/** Where the clinic's log stood on the server when this laptop looked, once a day (electron/core/audit/anchors.ts). Never synced. */
export const auditAnchor = sqliteTable('audit_anchor', {
  day: text('day').primaryKey(),
  n: integer('n').notNull(),
  hash: text('hash').notNull(),
  at: text('at').notNull(),
  publicKey: text('public_key').notNull(),
  signature: text('signature').notNull(),
});

export const auditEvent = sqliteTable(
  'audit_event',
  {
    n: integer('n').notNull(),
    id: text('id').primaryKey(),
    clinicId: text('clinic_id').notNull(),
    deviceId: text('device_id').notNull(),
    at: text('at').notNull(),
    actorId: text('actor_id'),
    actorName: text('actor_name'),
    roles: text('roles', { mode: 'json' }).notNull().$type<string[]>(),
    action: text('action').notNull(),
    verb: text('verb').notNull(),
    subjectEntity: text('subject_entity'),
    subjectId: text('subject_id'),
    patientId: text('patient_id'),
    details: text('details', { mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    reason: text('reason'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    uniqueIndex('audit_event_device_n').on(table.deviceId, table.n),
    index('audit_event_actor').on(table.actorId, table.action, table.n),
  ],
);
