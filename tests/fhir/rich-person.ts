/**
 * A person with a row of every kind, every field of it filled: made by walking the model, so that a new field is in it by itself.
 * Texts hold what breaks markup, and letters that only some of us have.
 */
import type { JournalSource } from '#db/fhir/journal.ts';
import { entities, type EntityName } from '#db/model/entities.ts';
import type { Field } from '#db/model/entity.ts';
import { derivedId } from '#db/model/ids.ts';

type Row = Record<string, unknown> & { id: string };
export type Rows = Record<string, Row[]>;

const ROOT = '0198c0de-0000-7000-8000-000000000000';
const AT = '2026-11-23T09:00:00.000Z';
const id = (name: string): string => derivedId(ROOT, name);
const KIM = id('kim');
const NEVER_HERE = id('somebody who left');

/** @param own what stands instead of what the field's kind gives */
function filled(entity: EntityName, name: string, own: Record<string, unknown> = {}): Row {
  const row: Row = { id: id(name) };
  for (const [field, spec] of Object.entries(entities[entity].fields as Record<string, Field>))
    row[field] = valueOf(spec, `${name}.${field}`, field);
  return { ...row, ...own };
}

function valueOf(spec: Field, words: string, field: string): unknown {
  const choices = choicesOf(spec.schema);
  if (choices !== undefined) return choices[0];
  switch (spec.kind) {
    case 'text':
      return `${words} «ØÅ» <b>&amp;</b> "så"\nog videre 👩‍⚕️`;
    case 'integer':
      return 1;
    case 'boolean':
      return false;
    case 'date':
      return '2026-11-23';
    case 'instant':
      return AT;
    case 'json':
      return [];
    default:
      return field.endsWith('ById') || field === 'userId' || field === 'practitionerId' || field === 'authorId' ? KIM : NEVER_HERE;
  }
}

/** Of a choice, with or without null. */
function choicesOf(schema: unknown): readonly string[] | undefined {
  const { options, unwrap } = schema as { options?: readonly string[]; unwrap?: () => unknown };
  if (Array.isArray(options)) return options;
  return typeof unwrap === 'function' ? choicesOf((schema as { unwrap(): unknown }).unwrap()) : undefined;
}

export function richSource(): JournalSource {
  const patientId = id('patient');
  const visit = id('visit');
  const draft = id('draft');
  const under = { encounterId: visit };
  const text = { encounterId: visit, siblingOfId: null, siblingState: null };
  const subjective = filled('note_section', 'subjective', { ...text, key: 'subjective' });
  const treatment = filled('note_section', 'treatment', { ...text, key: 'treatment' });
  const mine = { patientId };
  const signedBy = { userId: KIM, name: 'Kim Rygg', profession: 'KI', hprNumber: '7654321' };
  const rows: Rows = {
    patient: [
      filled('patient', 'patient', { nationalId: null, nationalIdKind: null }),
      filled('patient', 'registered twice', { nationalId: null, nationalIdKind: null }),
    ],
    patient_link: [filled('patient_link', 'link', { patientId: id('registered twice'), intoId: patientId, replaced: {} })],
    guardian: [filled('guardian', 'guardian', mine)],
    channel_consent: [filled('channel_consent', 'consent', mine)],
    safety_fact: [
      filled('safety_fact', 'allergies', { ...mine, state: 'yes' }),
      filled('safety_fact', 'pregnancy', { ...mine, kind: 'pregnancy', state: 'none', detail: null }),
      filled('safety_fact', 'implants', { ...mine, kind: 'implants', state: 'yes' }),
    ],
    episode: [filled('episode', 'episode', mine)],
    appointment: [
      filled('appointment', 'cancelled', { ...mine, status: 'cancelled' }),
      filled('appointment', 'booked', { ...mine, walkIn: true }),
    ],
    encounter: [
      filled('encounter', 'visit', {
        ...mine,
        episodeId: id('episode'),
        appointmentId: id('booked'),
        visitType: 'follow_up',
        status: 'signed',
        closedReason: null,
        signedAt: '2026-11-23T09:30:00.000Z',
        contentHash: 'ab'.repeat(32),
        signedContent: {
          version: 1,
          ...mine,
          visitType: 'follow_up',
          sections: [subjective, treatment].map((row) => ({ key: row['key'], text: row['text'] })),
          diagnoses: [{ system: 'icpc-2', code: 'L03', text: 'Korsryggsymptomer', release: '2026', main: true }],
          signedBy,
          signedAt: '2026-11-23T09:30:00.000Z',
        },
      }),
      filled('encounter', 'draft', {
        ...mine,
        status: 'draft',
        signedContent: null,
        signedAt: null,
        signedById: null,
        contentHash: null,
        closedReason: null,
      }),
      filled('encounter', 'thrown away', {
        ...mine,
        status: 'discarded',
        signedContent: null,
        signedAt: null,
        signedById: null,
        contentHash: null,
      }),
    ],
    note_section: [
      treatment,
      subjective,
      filled('note_section', 'sibling', { ...under, key: 'subjective', siblingOfId: subjective.id, siblingState: 'dropped' }),
      filled('note_section', 'begun', { ...text, encounterId: draft, key: 'objective' }),
    ],
    observation: [filled('observation', 'nrs', { ...under, code: 'nrs-now', value: 7 })],
    red_flag_answer: [filled('red_flag_answer', 'flag', { ...under, region: 'low-back', question: 'fever', answer: 'no' })],
    treatment_consent: [filled('treatment_consent', 'agreed', { ...under, given: true })],
    diagnosis: [
      filled('diagnosis', 'main', { ...under, code: 'L03', main: true }),
      filled('diagnosis', 'second', { ...under, system: 'icd-10', code: 'M545' }),
    ],
    treatment_line: [filled('treatment_line', 'line', { ...mine, ...under, code: 'K1' })],
    payment: [
      filled('payment', 'payment', {
        ...mine,
        ...under,
        voidReason: null,
        receiptNumber: 'A-12',
        lines: [{ label: 'Behandling', quantity: 2, amountOre: 45_050, refundOre: null }],
      }),
      filled('payment', 'voided', { ...mine, ...under, voided: true, receiptNumber: 'A-13' }),
    ],
    sick_leave: [
      filled('sick_leave', 'absence', { ...mine, ...under, gradePercent: 50 }),
      filled('sick_leave', 'asked', { ...mine, encounterId: null, origin: 'none_earlier', gradePercent: null, note: null }),
    ],
    amendment: [
      filled('amendment', 'amendment', {
        ...under,
        status: 'signed',
        authorProfession: 'KI',
        authorHprNumber: '7654321',
        contentHash: 'cd'.repeat(32),
      }),
    ],
    letter: [
      filled('letter', 'letter', { ...mine, ...under, status: 'signed', content: {}, documentId: id('document') }),
      filled('letter', 'letter draft', {
        ...mine,
        ...under,
        status: 'draft',
        content: { reason: 'Vondt', plan: 'Hvile' },
        documentId: null,
        signedAt: null,
        signedById: null,
      }),
    ],
    journal_request: [
      filled('journal_request', 'request', {
        ...mine,
        status: 'refused',
        targets: [{ entity: 'encounter', id: visit }],
        assessment: { harmless: true, wrong: false },
        documentId: id('refusal'),
      }),
    ],
    erasure: [
      filled('erasure', 'erasure', {
        ...mine,
        targets: [{ entity: 'encounter', id: id('gone') }],
        erased: [{ entity: 'encounter', id: id('gone') }],
      }),
    ],
    document: [
      filled('document', 'refusal', { ...mine, mediaType: 'application/pdf', sha256: '23'.repeat(32), data: 'JVBERi0=', byteLength: 5 }),

      filled('document', 'document', { ...mine, mediaType: 'application/pdf', sha256: 'ef'.repeat(32), data: 'JVBERi0=', byteLength: 5 }),
    ],
    attachment: [filled('attachment', 'attachment', { ...mine, ...under, sha256: '01'.repeat(32), described: null })],
    recall: [filled('recall', 'recall', mine)],
    export_approval: [filled('export_approval', 'approval', mine)],
    questionnaire_response: [
      filled('questionnaire_response', 'answers', {
        ...mine,
        ...under,
        questionnaire: 'http://example.test/Questionnaire/søvn',
        status: 'completed',
        content: { item: [{ linkId: '1', text: 'Sover du «godt»?', answer: [{ valueBoolean: false }] }] },
      }),
    ],
    imported_entry: [
      filled('imported_entry', 'brought in', {
        ...mine,
        replacesId: id('brought in before'),
        codes: [{ system: 'ICPC-2', code: 'L84', text: 'Ryggsyndrom' }],
        rest: [['Saldo', '17,50']],
      }),
      filled('imported_entry', 'brought in before', { ...mine, replacesId: null, happenedAt: null, status: 'entered_in_error' }),
    ],
    message: [filled('message', 'message', { ...mine, appointmentId: id('booked') })],
    access_block: [filled('access_block', 'block', { ...mine, blocked: true })],
    emergency_access: [filled('emergency_access', 'emergency', mine)],
    conflict: [filled('conflict', 'conflict', { ...mine, kept: 'Storgata 1', lost: 'Storgata 2', subjectId: patientId })],
  };
  return {
    patientId,
    madeAt: AT,
    rows: rows as never,
    clinic: filled('clinic', 'clinic', { orgNumber: '999999999' }) as never,
    users: [
      filled('user', 'kim', { id: KIM, name: 'Kim Rygg', profession: 'KI', hprNumber: '1234567' }),
      filled('user', 'unnamed'),
    ] as never,
  };
}
