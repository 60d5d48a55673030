/** The journal as FHIR: everything of one person, once, word by word, and right by HL7's own definitions. */
import { describe, expect, test } from 'vitest';
import type { Composition, Consent, Encounter, Patient } from '@medplum/fhirtypes';
import { faultsOf, loose, resourcesOf, wordsOf } from '#tests/fhir/read-bundle.ts';
import { richSource, type Rows } from '#tests/fhir/rich-person.ts';
import { entities } from '../model/entities.ts';
import type { Field } from '../model/entity.ts';
import { syntheticNationalId } from '../rules/fodselsnummer.ts';
import { journalBundle } from './journal-bundle.ts';
import { BOOKS, type JournalEntity } from './journal.ts';

const source = richSource();
const rows = source.rows as Rows;
const bundle = JSON.parse(JSON.stringify(journalBundle(source))) as ReturnType<typeof journalBundle>;
const all = resourcesOf(bundle);
const one = <T>(id: string): T => all.find((resource) => resource.id === id) as T;
const bare = (patch: (rows: Rows) => void) => {
  const other = richSource();
  patch(other.rows as Rows);
  return resourcesOf(journalBundle(other));
};

test('every resource is what HL7 says it is', () => {
  expect(faultsOf(bundle)).toEqual([]);
  // The judge can say no.
  expect(faultsOf({ ...bundle, entry: [{ resource: { resourceType: 'Encounter', id: 'x' } as Encounter }] })).not.toEqual([]);
});

test('every row stands in it exactly once, of every kind that names a patient', () => {
  const ids = wordsOf(bundle).ids;
  for (const [entity, some] of Object.entries(rows))
    for (const { id } of some)
      expect(
        ids.filter((other) => other === id),
        `${entity} ${id}`,
      ).toHaveLength(1);
  expect(new Set(Object.keys(rows))).toEqual(
    new Set(
      Object.entries(entities)
        .filter(([name]) => !(BOOKS as readonly string[]).includes(name))
        .filter(([name, { fields }]) => name === 'patient' || 'patientId' in fields || 'encounterId' in fields)
        .map(([name]) => name),
    ),
  );
});

/** Serves the app and is no word about the patient, or stands elsewhere in the bundle in other form; the copy as data has it. */
const LEFT_OUT: Readonly<Partial<Record<JournalEntity, readonly string[]>>> = {
  note_section: ['originText', 'key'],
  red_flag_answer: ['region', 'question'],
  observation: ['code'],
  conflict: ['subjectEntity', 'field'],
  message: ['provider'],
  // Only tells whether it was brought in before.
  imported_entry: ['fingerprint'],
};

test('every text stands in it word by word', () => {
  const said = wordsOf(bundle).texts.map((text) => text.trim());
  let texts = 0;
  for (const [entity, some] of Object.entries(rows))
    for (const row of some)
      for (const [field, spec] of Object.entries(entities[entity as JournalEntity].fields as Record<string, Field>)) {
        const value = row[field];
        if (spec.kind !== 'text' || typeof value !== 'string' || !/[ØÅ]/.test(value)) continue;
        if (LEFT_OUT[entity as JournalEntity]?.includes(field)) continue;
        texts += 1;
        expect(
          said.some((text) => text.includes(value.trim())),
          `${entity}.${field}`,
        ).toBe(true);
      }
  expect(texts).toBeGreaterThan(40);
});

test('every reference leads to something in the bundle, and to this person', () => {
  expect(loose(bundle)).toEqual([]);
  const subjects = all.flatMap((resource) => [
    ...('subject' in resource ? [resource.subject] : []),
    ...('patient' in resource ? [resource.patient] : []),
  ]);
  const persons = new Set((rows['patient'] ?? []).map(({ id }) => `urn:uuid:${id}`));
  expect(subjects.length).toBeGreaterThan(15);
  for (const subject of subjects) expect(persons).toContain((subject as { reference: string }).reference);
});

test('the same rows give the same bundle', () => {
  expect(JSON.stringify(journalBundle(richSource()))).toBe(JSON.stringify(journalBundle(source)));
});

describe('numbers and codes', () => {
  const numberOf = (nationalId: string | null, nationalIdKind: string | null = null) =>
    bare((own) => Object.assign(own['patient']?.[0] ?? {}, { nationalId, nationalIdKind, formerId: null }))
      .flatMap((resource) => (resource.resourceType === 'Patient' ? [resource] : []))
      .at(0)?.identifier;
  test('a fødselsnummer, a D-number and a felles hjelpenummer name their system; who has none gets none', () => {
    const fnr = syntheticNationalId({ birthDate: '1979-01-01', n: 3 });
    const dnr = syntheticNationalId({ birthDate: '1979-01-01', n: 3, dNumber: true });
    expect(numberOf(fnr, 'dnr')).toMatchObject([{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: fnr }]);
    expect(numberOf(dnr)).toMatchObject([{ system: 'urn:oid:2.16.578.1.12.4.1.4.2', value: dnr }]);
    expect(numberOf('80123456789', 'fhn')).toMatchObject([{ system: 'urn:oid:2.16.578.1.12.4.1.4.3' }]);
    expect(numberOf(null)).toBeUndefined();
  });

  test('ICPC-2 as NAV wants it, ICD-10, HPR and the organisation number', () => {
    const systems = new Set(JSON.stringify(bundle).match(/urn:oid:[\d.]+/g));
    for (const oid of ['4.4', '4.101', '1.7170', '1.7110', '1.9060']) expect(systems).toContain(`urn:oid:2.16.578.1.12.4.1.${oid}`);
  });
});

describe('what does not count is marked', () => {
  test('a visit entered in error, with its note, findings, diagnoses, lines and additions', () => {
    const wrong = bare((own) => Object.assign(own['encounter']?.[0] ?? {}, { status: 'entered_in_error', closedReason: 'Feil pasient' }));
    const visit = rows['encounter']?.[0]?.id ?? '';
    // A letter about it is withdrawn by itself.
    const letters = new Set(rows['letter']?.map(({ id }) => id));
    const under = wrong.filter((resource) => JSON.stringify(resource).includes(visit) && !letters.has(resource.id ?? ''));
    for (const type of ['Encounter', 'Composition', 'Observation', 'Consent', 'ChargeItem'])
      for (const resource of under.filter(({ resourceType }) => resourceType === type))
        expect((resource as Encounter).status, `${type} ${resource.id}`).toBe('entered-in-error');
    const certainty = under.flatMap((resource) =>
      resource.resourceType === 'Condition' ? [resource.verificationStatus?.coding?.[0]?.code] : [],
    );
    expect(certainty).toEqual(['entered-in-error', 'entered-in-error']);
    expect(wordsOf(wrong).texts).toContain('Feil pasient');
    expect(faultsOf({ ...bundle, entry: wrong.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })) })).toEqual([]);
  });

  test('a withdrawn letter and a wrong attachment', () => {
    const wrong = bare((own) => {
      Object.assign(own['letter']?.[0] ?? {}, { status: 'withdrawn' });
      Object.assign(own['attachment']?.[0] ?? {}, { status: 'entered_in_error' });
    });
    for (const entity of ['letter', 'attachment'])
      expect(wrong.find(({ id }) => id === rows[entity]?.[0]?.id)).toMatchObject({ status: 'entered-in-error' });
  });
});

test('what nobody answered is not made into an answer', () => {
  const empty = bare((own) => {
    Object.assign(own['observation']?.[0] ?? {}, { value: null });
    Object.assign(own['red_flag_answer']?.[0] ?? {}, { answer: null, comment: null });
    Object.assign(own['treatment_consent']?.[0] ?? {}, { given: null, comment: null });
    Object.assign(own['safety_fact']?.[0] ?? {}, { state: 'not_asked', detail: null });
    own['sick_leave'] = [];
  });
  expect(empty.filter(({ resourceType }) => ['Observation', 'AllergyIntolerance'].includes(resourceType))).toEqual([]);
  expect(empty.flatMap((resource) => (resource.resourceType === 'Flag' ? [resource.code.text] : []))).toContain('Allergier: ikke spurt');
  const conditions = all.flatMap((resource) => (resource.resourceType === 'Condition' ? [resource] : []));
  expect(conditions.filter(({ clinicalStatus, verificationStatus }) => clinicalStatus ?? verificationStatus)).toEqual([]);
});

test('a refused request has its reason and its letter; of what was erased only the name is left', () => {
  expect(one(rows['journal_request']?.[0]?.id ?? '')).toMatchObject({
    status: 'rejected',
    statusReason: { text: rows['journal_request']?.[0]?.['decisionReason'] },
    output: [{ valueReference: { reference: `urn:uuid:${rows['document']?.[0]?.id}` } }],
  });
  const erasure = rows['erasure']?.[0];
  const gone = ((erasure?.['erased'] ?? []) as { id: string }[])[0]?.id ?? '';
  expect(one(erasure?.id ?? '')).toMatchObject({
    action: 'D',
    entity: [{}, { what: { identifier: { value: `urn:uuid:${gone}` } } }],
  });
  expect(all.filter((resource) => JSON.stringify(resource).includes(gone))).toHaveLength(1);
});

test('a 0 on the pain scale is a 0', () => {
  const zero = bare((own) => Object.assign(own['observation']?.[0] ?? {}, { value: 0 }));
  expect(
    zero.flatMap((resource) => (resource.resourceType === 'Observation' && 'valueInteger' in resource ? [resource.valueInteger] : [])),
  ).toEqual([0]);
});

test('the one registered twice points to the one who stays, and back; a no is a no', () => {
  const [stays, other] = rows['patient'] ?? [];
  expect(one<Patient>(other?.id ?? '')).toMatchObject({
    active: false,
    link: [{ other: { reference: `urn:uuid:${stays?.id}` }, type: 'replaced-by' }],
  });
  expect(one<Patient>(stays?.id ?? '').link).toMatchObject([{ type: 'replaces' }]);
  const refused = bare((own) => Object.assign(own['channel_consent']?.[0] ?? {}, { state: 'no' }));
  expect(refused.find(({ id }) => id === rows['channel_consent']?.[0]?.id) as Consent).toMatchObject({
    status: 'rejected',
    provision: { type: 'deny' },
  });
});

test('signed words keep their order and their signer, with the number of that day; an addition appends', () => {
  const visit = rows['encounter']?.[0]?.id;
  const notes = all.flatMap((resource) =>
    resource.resourceType === 'Composition' && resource.encounter?.reference === `urn:uuid:${visit}` ? [resource] : [],
  );
  const note = notes.find(({ title }) => title === 'Oppfølging') as Composition;
  expect(note.section?.slice(0, 2).map(({ title }) => title)).toEqual(['Subjektivt', 'Behandling']);
  expect(note.attester).toMatchObject([
    { time: '2026-11-23T09:30:00.000Z', party: { display: 'Kim Rygg', identifier: { value: '7654321' } } },
  ]);
  expect(notes.find(({ title }) => title === 'Retting')?.relatesTo).toMatchObject([
    { code: 'appends', targetReference: { reference: `urn:uuid:${note.id}` } },
  ]);
});
