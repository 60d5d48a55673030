/** A day's work in which everything a person can say about a patient carries the same words. */
import { v7 } from 'uuid';
import type { FastifyInstance } from 'fastify';
import type { AuditEvent } from '#db/model/audit.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { eventHash } from '../core/audit.ts';
import {
  changeOf,
  newAttachment,
  newEncounter,
  newPatient,
  newSection,
  push,
  request,
  signatureOver,
  write,
  type Laptop,
} from './test-clinic.ts';

export const CANARY = 'Kvitrine-Sølvfjærmo';
export const CANARY_NUMBER = syntheticNationalId({ birthDate: '1981-07-19', n: 37 });
const AT = '2026-11-23T09:00:00.000Z';

export interface CanaryDay {
  patientId: string;
  encounterId: string;
  sectionId: string;
  letterId: string;
  attachmentId: string;
  file: Buffer;
}

/** @param laptop an administrator's and practitioner's */
export async function canaryDay(app: FastifyInstance, laptop: Laptop): Promise<CanaryDay> {
  const patient = newPatient(CANARY);
  const patientId = patient.rowId;
  const visit = newEncounter(laptop, patientId);
  const section = newSection(visit.rowId, `${CANARY} har vondt i ryggen.`);
  const file = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(`${CANARY} `.repeat(500))]);
  const attachment = newAttachment(laptop, patientId, file);
  const letterId = v7();
  const sensitive = {
    givenName: CANARY,
    nationalId: CANARY_NUMBER,
    nationalIdKind: 'fnr',
    birthDate: '1981-07-19',
    phone: CANARY,
    email: CANARY,
  };
  const drafts = [
    { ...patient, set: { ...patient.set, ...sensitive, addressLine: CANARY, occupation: CANARY, fastlegeName: CANARY } },
    { entity: 'guardian', rowId: v7(), set: { patientId, name: CANARY, relation: 'mother', phone: CANARY } },
    {
      entity: 'safety_fact',
      rowId: v7(),
      set: { patientId, kind: 'allergies', state: 'yes', detail: CANARY, recordedById: laptop.userId, recordedAt: AT },
    },
    { entity: 'episode', rowId: v7(), set: { patientId, title: CANARY, startedOn: '2026-11-23', note: CANARY } },
    {
      entity: 'appointment',
      rowId: v7(),
      set: {
        patientId,
        practitionerId: laptop.userId,
        startsAt: AT,
        durationMinutes: 20,
        visitType: 'follow_up',
        reason: CANARY,
        cancelReason: CANARY,
      },
    },
    visit,
    section,
    { entity: 'observation', rowId: v7(), set: { encounterId: visit.rowId, code: 'nrs-now', value: 7 } },
    {
      entity: 'red_flag_answer',
      rowId: v7(),
      set: { encounterId: visit.rowId, region: 'lumbar', question: 'q', answer: 'yes', comment: CANARY },
    },
    { entity: 'treatment_consent', rowId: v7(), set: { encounterId: visit.rowId, given: true, comment: CANARY } },
    {
      entity: 'diagnosis',
      rowId: v7(),
      set: { encounterId: visit.rowId, system: 'icpc-2', code: 'L03', text: CANARY, release: '2026', main: true },
    },
    { entity: 'encounter', rowId: visit.rowId, set: signatureOver(laptop, patientId, [`${CANARY} har vondt i ryggen.`]) },
    {
      entity: 'amendment',
      rowId: v7(),
      set: { encounterId: visit.rowId, kind: 'addition', text: CANARY, reason: CANARY, authorId: laptop.userId, status: 'draft' },
    },
    {
      entity: 'letter',
      rowId: letterId,
      set: {
        patientId,
        encounterId: visit.rowId,
        kind: 'epikrise',
        status: 'signed',
        content: { reason: CANARY },
        authorId: laptop.userId,
        objectionNote: CANARY,
      },
    },
    {
      entity: 'document',
      rowId: v7(),
      set: {
        patientId,
        kind: 'letter',
        title: CANARY,
        mediaType: 'application/pdf',
        sha256: 'a'.repeat(64),
        byteLength: 3,
        data: Buffer.from(CANARY).toString('base64'),
      },
    },
    {
      entity: 'payment',
      rowId: v7(),
      set: {
        patientId,
        encounterId: visit.rowId,
        amountOre: 65_000,
        method: 'card',
        paidAt: AT,
        takenById: laptop.userId,
        receiptNumber: v7(),
        lines: [{ label: CANARY, quantity: 1, amountOre: null, refundOre: null }],
      },
    },
    { entity: 'emergency_access', rowId: v7(), set: { patientId, userId: laptop.userId, reason: CANARY, openedAt: AT, until: AT } },
    attachment,
  ] as const;
  const { outcomes } = await push(
    app,
    laptop,
    drafts.map((draft) => changeOf(laptop, draft)),
    [auditEvent(laptop, patientId)],
  );
  const refused = outcomes.filter(({ outcome }) => outcome !== 'applied');
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
  // A field only a newer version knows, a disagreement, and something refused.
  const newer = { entity: 'patient' as const, rowId: patientId, set: { somethingNew: CANARY }, schema: 99 };
  const stale = { entity: 'patient' as const, rowId: patientId, set: { phone: `${CANARY} 2` }, base: {} };
  const foreign = { entity: 'guardian' as const, rowId: v7(), set: { patientId: v7(), name: CANARY, relation: 'mother' } };
  for (const draft of [newer, stale, foreign]) await write(app, laptop, draft);
  const put = await request(app, laptop, 'PUT', `/v1/attachments/${attachment.rowId}/content/0`, file);
  const done = await request(app, laptop, 'POST', `/v1/attachments/${attachment.rowId}/content/complete`, {});
  if (put.statusCode >= 300 || done.statusCode >= 300) throw new Error(`${put.body} ${done.body}`);
  return { patientId, encounterId: visit.rowId, sectionId: section.rowId, letterId, attachmentId: attachment.rowId, file };
}

function auditEvent({ clinicId, deviceId, userId }: Laptop, patientId: string): AuditEvent {
  const event: AuditEvent = {
    id: v7(),
    clinicId,
    deviceId,
    n: 1,
    at: AT,
    actorId: userId,
    actorName: 'Ada Sjef',
    roles: ['ADMIN'],
    action: 'reveal',
    verb: 'access.emergency',
    subjectEntity: 'patient',
    subjectId: patientId,
    patientId,
    details: {},
    reason: CANARY,
    previousHash: '0'.repeat(64),
    hash: '',
  };
  return { ...event, hash: eventHash(event) };
}
