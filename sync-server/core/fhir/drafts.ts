/**
 * From a resource that is handed in to what becomes of it in the record. What we have no place for is refused by name: nothing of what somebody sent is
 * dropped in silence. Generated narrative is (R4 § 2.4.0: it says what the rest says).
 */
import { z } from 'zod';
import { ATTACHMENT_TYPES } from '#db/model/attachment.ts';
import { VISIT_TYPES } from '#db/model/encounter.ts';
import type { EntityName } from '#db/model/entities.ts';
import { RESPONSE_STATUSES } from '#db/model/questionnaire.ts';
import { VISIT_TYPE } from '#db/fhir/systems.ts';
import { typeOfContent } from '#db/rules/attachments.ts';
import { sha256Of } from './bytes.ts';
import { fhirFailure, type FhirFailure } from './outcome.ts';
import type { Json } from './parameters.ts';
import type { FhirCaller } from './who.ts';

export interface Draft {
  entity: EntityName;
  set: Record<string, unknown>;
  /** Type and id of what must be there and open to the caller. */
  refers: readonly { type: string; id: string }[];
  patientId: string;
  bytes?: Buffer;
}

interface Around {
  caller: FhirCaller;
  now: Date;
  /** Relative form of a reference of this server; undefined for any other. */
  local(reference: string | undefined): { type: string; id: string } | undefined;
}

const reference = z.strictObject({ reference: z.string().max(500), type: z.string().optional(), display: z.string().optional() });
const coding = z.looseObject({ code: z.string().optional(), system: z.string().optional() });
const concept = z.strictObject({ id: z.string().optional(), coding: z.array(coding).optional(), text: z.string().optional() });
/** What says nothing of its own. */
const common = {
  resourceType: z.string(),
  id: z.string().optional(),
  // Labels we would lose; of the rest the server says its own.
  meta: z
    .strictObject({
      profile: z.array(z.string()).optional(),
      versionId: z.string().optional(),
      lastUpdated: z.string().optional(),
      source: z.string().optional(),
    })
    .optional(),
  text: z.looseObject({ status: z.enum(['generated', 'extensions', 'empty']) }).optional(),
};

const appointment = z.strictObject({
  ...common,
  status: z.enum(['booked', 'arrived', 'checked-in', 'fulfilled', 'noshow', 'cancelled']),
  serviceType: z.array(concept).min(1).max(1),
  appointmentType: z
    .strictObject({ coding: z.array(z.looseObject({ code: z.literal('WALKIN') })).length(1), text: z.string().optional() })
    .optional(),
  reasonCode: z
    .array(z.strictObject({ text: z.string().max(500) }))
    .max(1)
    .optional(),
  cancelationReason: z.strictObject({ text: z.string().max(500) }).optional(),
  start: z.string(),
  end: z.string(),
  minutesDuration: z.int().optional(),
  participant: z
    .array(z.strictObject({ actor: reference, status: z.string(), required: z.string().optional(), type: z.array(concept).optional() }))
    .length(2),
});

const BOOKED: Readonly<Record<string, string>> = {
  booked: 'booked',
  arrived: 'arrived',
  'checked-in': 'in_progress',
  fulfilled: 'done',
  noshow: 'no_show',
  cancelled: 'cancelled',
};

const document = z.strictObject({
  ...common,
  status: z.literal('current'),
  docStatus: z.enum(['final', 'amended']).optional(),
  masterIdentifier: z.looseObject({}).optional(),
  identifier: z.array(z.looseObject({})).max(10).optional(),
  type: concept.optional(),
  category: z.array(concept).max(10).optional(),
  subject: reference,
  date: z.string().optional(),
  author: z
    .array(z.looseObject({ reference: z.string().optional() }))
    .max(10)
    .optional(),
  custodian: reference.optional(),
  description: z.string().max(1000).optional(),
  securityLabel: z.array(concept).max(10).optional(),
  content: z
    .array(
      z.strictObject({
        attachment: z.strictObject({
          contentType: z.enum(ATTACHMENT_TYPES),
          data: z.base64().max(11_000_000),
          title: z.string().max(200).optional(),
          size: z.int().optional(),
          hash: z.string().optional(),
          language: z.string().optional(),
          creation: z.string().optional(),
        }),
        format: coding.optional(),
      }),
    )
    .length(1),
  context: z.strictObject({ encounter: z.array(reference).max(1) }).optional(),
});

const response = z.strictObject({
  ...common,
  language: z.string().max(20).optional(),
  identifier: z.looseObject({}).optional(),
  questionnaire: z.string().min(1).max(500),
  status: z.enum(RESPONSE_STATUSES),
  subject: reference,
  encounter: reference.optional(),
  authored: z.string().optional(),
  author: reference.optional(),
  source: reference.optional(),
  item: z.array(z.looseObject({})).max(2000).optional(),
});

/** By type: what is created, and by which it is read. */
const DRAFTS: Readonly<Record<string, (resource: Json, around: Around) => Draft | FhirFailure>> = {
  Appointment: appointmentDraft,
  DocumentReference: documentDraft,
  QuestionnaireResponse: responseDraft,
};

/** Of a resource that base R4 has found valid. Codes: fhir/not-created-here, fhir/not-kept, fhir/unknown-reference, fhir/business-rule. */
export function draftOf(type: string, resource: Json, around: Around): Draft | FhirFailure {
  const draft = Object.hasOwn(DRAFTS, type) ? DRAFTS[type] : undefined;
  return draft === undefined ? fhirFailure('fhir/not-created-here') : draft(resource, around);
}

function parsed<T extends z.ZodType>(schema: T, type: string, resource: Json): z.output<T> | FhirFailure {
  const result = schema.safeParse(resource);
  if (result.success) return result.data;
  const where = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
  );
  return fhirFailure('fhir/not-kept', {
    where: where.map((path) => [type, ...path].join('.')).filter((path) => /^[\w.-]{1,200}$/.test(path)),
  });
}

const failed = (value: object): value is FhirFailure => 'outcome' in value && 'status' in value && typeof value.status === 'number';
const wrong = (where: string, words: string): FhirFailure => fhirFailure('fhir/business-rule', { where: [where], words });
const nowhere = (where: string): FhirFailure => fhirFailure('fhir/unknown-reference', { where: [where] });
const instantOf = (text: string): string | undefined => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};

function appointmentDraft(resource: Json, { local }: Around): Draft | FhirFailure {
  const read = parsed(appointment, 'Appointment', resource);
  if (failed(read)) return read;
  const actors = read.participant.map(({ actor }) => local(actor.reference));
  const patient = actors.find((actor) => actor?.type === 'Patient');
  const practitioner = actors.find((actor) => actor?.type === 'Practitioner');
  if (patient === undefined || practitioner === undefined) return nowhere('Appointment.participant');
  const visitType = read.serviceType[0]?.coding?.find(({ system }) => system === VISIT_TYPE)?.code;
  if (!VISIT_TYPES.some((known) => known === visitType))
    return wrong('Appointment.serviceType', `One coding of ${VISIT_TYPE} is needed: ${VISIT_TYPES.join(', ')}.`);
  const [startsAt, end] = [instantOf(read.start), instantOf(read.end)];
  if (startsAt === undefined || end === undefined) return wrong('Appointment.start', 'The time cannot be read.');
  const minutes = (Date.parse(end) - Date.parse(startsAt)) / 60_000;
  if (!Number.isInteger(minutes) || minutes < 5 || minutes > 600 || (read.minutesDuration ?? minutes) !== minutes)
    return wrong('Appointment.end', 'A booking takes 5 to 600 whole minutes, as minutesDuration says where it is given.');
  return {
    entity: 'appointment',
    patientId: patient.id,
    refers: [patient, practitioner],
    set: {
      patientId: patient.id,
      practitionerId: practitioner.id,
      startsAt,
      durationMinutes: minutes,
      visitType,
      reason: read.reasonCode?.[0]?.text ?? null,
      status: BOOKED[read.status],
      walkIn: read.appointmentType !== undefined,
      cancelReason: read.cancelationReason?.text ?? null,
    },
  };
}

function documentDraft(resource: Json, { caller, now, local }: Around): Draft | FhirFailure {
  const read = parsed(document, 'DocumentReference', resource);
  if (failed(read)) return read;
  const patient = local(read.subject.reference);
  if (patient?.type !== 'Patient') return nowhere('DocumentReference.subject');
  const visit = read.context?.encounter[0];
  const encounter = visit === undefined ? undefined : local(visit.reference);
  if (visit !== undefined && encounter?.type !== 'Encounter') return nowhere('DocumentReference.context.encounter');
  // Whoever hands it in is its author here; others are named as far as a name goes.
  const authors = (read.author ?? []).filter(({ reference: to }) => to === undefined || local(to)?.id !== caller.userId);
  if (authors.some(({ reference: to }) => to !== undefined))
    return fhirFailure('fhir/not-kept', { where: ['DocumentReference.author.reference'] });
  if (read.custodian !== undefined && local(read.custodian.reference)?.id !== caller.clinicId)
    return fhirFailure('fhir/not-kept', { where: ['DocumentReference.custodian'] });
  const [{ attachment } = { attachment: undefined }] = read.content;
  const bytes = Buffer.from(attachment?.data ?? '', 'base64');
  if (attachment === undefined || bytes.length === 0) return wrong('DocumentReference.content', 'There are no bytes.');
  if (typeOfContent(bytes) !== attachment.contentType)
    return wrong('DocumentReference.content.attachment.contentType', 'The bytes are of another type.');
  if ((attachment.size ?? bytes.length) !== bytes.length)
    return wrong('DocumentReference.content.attachment.size', 'The bytes are as many as size says, or it is left out.');
  const { identifier, type, category, date, description, securityLabel, masterIdentifier } = read;
  const kept = {
    masterIdentifier,
    identifier,
    type,
    category,
    date,
    description,
    securityLabel,
    ...(authors.length === 0 ? {} : { author: authors }),
  };
  const described = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  return {
    entity: 'attachment',
    patientId: patient.id,
    refers: [patient, ...(encounter === undefined ? [] : [encounter])],
    bytes,
    set: {
      patientId: patient.id,
      encounterId: encounter?.id ?? null,
      title: (attachment.title ?? description ?? type?.text ?? type?.coding?.[0]?.['display'] ?? 'Dokument').toString().slice(0, 200),
      mediaType: attachment.contentType,
      byteLength: bytes.length,
      sha256: sha256Of(bytes),
      addedById: caller.userId,
      addedAt: now.toISOString(),
      described: Object.keys(described).length === 0 ? null : described,
    },
  };
}

function responseDraft(resource: Json, { caller, now, local }: Around): Draft | FhirFailure {
  const read = parsed(response, 'QuestionnaireResponse', resource);
  if (failed(read)) return read;
  const patient = local(read.subject.reference);
  if (patient?.type !== 'Patient') return nowhere('QuestionnaireResponse.subject');
  const encounter = read.encounter === undefined ? undefined : local(read.encounter.reference);
  if (read.encounter !== undefined && encounter?.type !== 'Encounter') return nowhere('QuestionnaireResponse.encounter');
  if (read.author !== undefined && local(read.author.reference)?.id !== caller.userId)
    return fhirFailure('fhir/not-kept', { where: ['QuestionnaireResponse.author'] });
  if (read.source !== undefined && local(read.source.reference)?.id !== patient.id)
    return fhirFailure('fhir/not-kept', { where: ['QuestionnaireResponse.source'] });
  // They would lead nowhere in a copy of the journal.
  if (JSON.stringify(read.item ?? []).includes('"valueReference"'))
    return fhirFailure('fhir/not-kept', { where: ['QuestionnaireResponse.item.answer.valueReference'] });
  const authoredAt = read.authored === undefined ? now.toISOString() : instantOf(read.authored);
  if (authoredAt === undefined) return wrong('QuestionnaireResponse.authored', 'The time cannot be read.');
  const { identifier, language, item } = read;
  const content = Object.fromEntries(Object.entries({ identifier, language, item }).filter(([, value]) => value !== undefined));
  return {
    entity: 'questionnaire_response',
    patientId: patient.id,
    refers: [patient, ...(encounter === undefined ? [] : [encounter])],
    set: {
      patientId: patient.id,
      encounterId: encounter?.id ?? null,
      questionnaire: read.questionnaire,
      status: read.status,
      authoredAt,
      content,
      addedById: caller.userId,
      addedAt: now.toISOString(),
    },
  };
}
