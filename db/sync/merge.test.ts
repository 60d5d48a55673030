import { describe, expect, test } from 'vitest';
import { derivedId } from '../model/ids.ts';
import type { EntityName } from '../model/entities.ts';
import { mergeChange, relatedKeys, type MergeableChange, type MergeResult } from './merge.ts';
import { applyWrite, baseFor, type StoredRow } from './row.ts';

const CLINIC = '018f0000-0000-7000-8000-00000000000c';
const A = '018f0000-0000-7000-8000-0000000000aa';
const B = '018f0000-0000-7000-8000-0000000000bb';
const ANNA = '018f0000-0000-7000-8000-0000000001aa';
const BENT = '018f0000-0000-7000-8000-0000000001bb';
const PATIENT = '018f0000-0000-7000-8000-000000000001';
const VISIT = '018f0000-0000-7000-8000-000000000002';

/** A clinic's record in memory that takes changes as the server does. */
function record() {
  const rows = new Map<string, StoredRow>();
  let seq = 0;
  let count = 0;
  const read = {
    row: (entity: EntityName, id: string) => rows.get(`${entity}/${id}`),
    childrenOf: (entity: EntityName, encounterId: string) =>
      [...rows].filter(([key, row]) => key.startsWith(`${entity}/`) && row['encounterId'] === encounterId).map(([, row]) => row),
  };
  const all = (entity: EntityName) => [...rows].filter(([key]) => key.startsWith(`${entity}/`)).map(([, row]) => row);
  const push = (
    deviceId: string,
    entity: string,
    rowId: string,
    set: MergeableChange['set'],
    more: Partial<MergeableChange> = {},
  ): MergeResult => {
    count += 1;
    const change: MergeableChange = {
      id: derivedId(CLINIC, `change ${count}`),
      actor: deviceId === A ? ANNA : BENT,
      entity,
      rowId,
      base: {},
      set,
      at: '2026-11-23T10:00:00.000Z',
      schema: 1,
      ...more,
    };
    const result = mergeChange({ change, deviceId, read });
    if (result.outcome === 'rejected') return result;
    for (const write of result.writes) {
      const before = read.row(write.entity, write.id);
      expect(write.birth, 'says truly whether the row is new').toBe(before === undefined);
      seq += 1;
      rows.set(`${write.entity}/${write.id}`, applyWrite(before, write, CLINIC, seq, deviceId));
    }
    return result;
  };
  return { push, read, all, get: (entity: EntityName, id: string) => read.row(entity, id), seq: () => seq };
}

const patient = { givenName: 'Kari', familyName: 'Nordmann' };
const visit = {
  patientId: PATIENT,
  practitionerId: ANNA,
  visitType: 'follow_up',
  visitAt: '2026-11-23T09:00:00.000Z',
  recordedAt: '2026-11-23T09:00:00.000Z',
};
const section = derivedId(VISIT, 'subjective');
const sectionBorn = (text: string) => ({ encounterId: VISIT, key: 'subjective', text });

function withVisit() {
  const clinic = record();
  clinic.push(A, 'patient', PATIENT, patient);
  clinic.push(A, 'encounter', VISIT, visit);
  return clinic;
}

/** A signs the visit over the given texts. */
function sign(clinic: ReturnType<typeof record>, deviceId: string, texts: string[]): MergeResult {
  const signedContent = {
    version: 1,
    patientId: PATIENT,
    patientName: 'Kari Nordmann',
    visitType: 'follow_up',
    visitAt: visit.visitAt,
    sections: texts.map((text) => ({ key: 'subjective', text, origin: 'typed', originEncounterId: null })),
    observations: [],
    redFlags: [],
    treatmentConsent: null,
    diagnoses: [],
    treatmentLines: [],
    signedBy: { userId: ANNA, name: 'Anna', profession: 'KI', hprNumber: null },
    signedAt: '2026-11-23T10:00:00.000Z',
    clinicName: 'Klinikken',
  };
  const set = { status: 'signed', signedContent, signedAt: signedContent.signedAt, signedById: ANNA, contentHash: 'f'.repeat(64) };
  return clinic.push(deviceId, 'encounter', VISIT, set, { base: { status: clinic.get('encounter', VISIT)?.seq ?? 0 } });
}

describe('fields', () => {
  test('two laptops that change different fields of a patient keep both', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, patient);
    const base = baseFor('patient', clinic.get('patient', PATIENT), ['phone', 'city']);
    expect(clinic.push(A, 'patient', PATIENT, { phone: '90000000' }, { base }).outcome).toBe('applied');
    expect(clinic.push(B, 'patient', PATIENT, { city: 'Bergen' }, { base }).outcome).toBe('merged');
    expect(clinic.get('patient', PATIENT)).toMatchObject({ phone: '90000000', city: 'Bergen', familyName: 'Nordmann' });
    expect(clinic.all('conflict')).toEqual([]);
  });

  test('the same field twice: the first stands, the other is kept where it is seen', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, patient);
    const base = baseFor('patient', clinic.get('patient', PATIENT), ['phone']);
    clinic.push(A, 'patient', PATIENT, { phone: '90000000' }, { base });
    expect(clinic.push(B, 'patient', PATIENT, { phone: '91111111' }, { base }).outcome).toBe('conflict');
    expect(clinic.get('patient', PATIENT)?.['phone']).toBe('90000000');
    expect(clinic.all('conflict')).toMatchObject([
      {
        field: 'phone',
        kept: '90000000',
        lost: '91111111',
        keptDeviceId: A,
        lostDeviceId: B,
        lostActorId: BENT,
        status: 'open',
        audience: 'desk',
        patientId: PATIENT,
      },
    ]);
  });

  test('a laptop that goes on writing unaware updates its one conflict; once decided, a new one is raised', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, patient);
    const base = baseFor('patient', clinic.get('patient', PATIENT), ['phone']);
    clinic.push(A, 'patient', PATIENT, { phone: '90000000' }, { base });
    clinic.push(B, 'patient', PATIENT, { phone: '91' }, { base });
    clinic.push(B, 'patient', PATIENT, { phone: '92' }, { base });
    expect(clinic.all('conflict').map((row) => row['lost'])).toEqual(['92']);
    const [first] = clinic.all('conflict');
    clinic.push(A, 'conflict', first?.id ?? '', { status: 'resolved', resolution: 'kept' }, { base: { status: first?.seq ?? 0 } });
    clinic.push(B, 'patient', PATIENT, { phone: '93' }, { base });
    expect(clinic.all('conflict').map((row) => [row['lost'], row['status']])).toEqual([
      ['92', 'resolved'],
      ['93', 'open'],
    ]);
  });

  test('a device is never in conflict with itself, unless its earlier change lost', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, patient);
    expect(clinic.push(A, 'patient', PATIENT, { givenName: 'Karin' }, { base: {} }).outcome).toBe('applied');
    expect(clinic.push(A, 'patient', PATIENT, { givenName: 'Karina' }, { base: {} }).outcome).toBe('applied');
    expect(clinic.push(B, 'patient', PATIENT, { givenName: 'Kaia' }, { base: {} }).outcome).toBe('conflict');
    expect(clinic.push(B, 'patient', PATIENT, { givenName: 'Kaisa' }, { base: {} }).outcome).toBe('conflict');
    expect(clinic.get('patient', PATIENT)?.['givenName']).toBe('Karina');
  });

  test('saying what already stands changes nothing and moves no seq', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, patient);
    const before = clinic.seq();
    expect(clinic.push(B, 'patient', PATIENT, patient)).toEqual({ outcome: 'applied', writes: [], flags: [] });
    expect(clinic.seq()).toBe(before);
  });

  test('a fixed field never changes, and may be filled once', () => {
    const clinic = withVisit();
    expect(clinic.push(A, 'encounter', VISIT, { recordedAt: '2020-01-01T00:00:00.000Z' })).toMatchObject({
      outcome: 'rejected',
      code: 'field/fixed',
    });
    clinic.push(A, 'note_section', section, sectionBorn('x'));
    expect(clinic.push(A, 'note_section', section, { siblingOfId: VISIT }).outcome).toBe('applied');
  });

  test('a device name simply takes the latest', () => {
    const clinic = record();
    clinic.push(A, 'device', A, { name: 'Kjeller', audience: 'clinical', enrolledAt: visit.visitAt });
    expect(clinic.push(B, 'device', A, { name: 'Loft' }).outcome).toBe('merged');
    expect(clinic.get('device', A)?.['name']).toBe('Loft');
    expect(clinic.all('conflict')).toEqual([]);
  });
});

describe('safety', () => {
  const fact = derivedId(PATIENT, 'allergies');
  const born = (state: string, detail: string | null = null) => ({
    patientId: PATIENT,
    kind: 'allergies',
    state,
    ...(detail === null ? {} : { detail }),
    recordedById: ANNA,
    recordedAt: visit.visitAt,
  });
  test.each([
    ['none', 'yes', 'yes'],
    ['yes', 'none', 'yes'],
    ['not_asked', 'none', 'none'],
    ['none', 'not_asked', 'none'],
  ])('%s against %s shows %s until somebody decides', (first, second, shown) => {
    const clinic = record();
    clinic.push(A, 'safety_fact', fact, born(first));
    expect(clinic.push(B, 'safety_fact', fact, born(second)).outcome).toBe('conflict');
    expect(clinic.get('safety_fact', fact)?.['state']).toBe(shown);
    expect(clinic.all('conflict')).toMatchObject([
      { field: 'state', kept: shown, lost: shown === first ? second : first, audience: 'clinical' },
    ]);
  });

  test('an allergy named on one laptop is never covered by silence on the other', () => {
    const clinic = record();
    clinic.push(A, 'safety_fact', fact, born('none'));
    clinic.push(B, 'safety_fact', fact, born('yes', 'Penicillin'));
    expect(clinic.get('safety_fact', fact)).toMatchObject({ state: 'yes', detail: 'Penicillin' });
  });

  test('an empty field of a birth takes nothing from the same row born elsewhere', () => {
    const clinic = record();
    clinic.push(A, 'safety_fact', fact, born('yes', 'Penicillin'));
    expect(clinic.push(B, 'safety_fact', fact, { ...born('yes'), detail: null }).outcome).toBe('merged');
    expect(clinic.get('safety_fact', fact)?.['detail']).toBe('Penicillin');
    expect(clinic.all('conflict')).toEqual([]);
  });

  test('a red flag answered yes stands over no; consent not given over given', () => {
    const clinic = withVisit();
    const flag = derivedId(VISIT, 'neck');
    const answer = (value: string) => ({ encounterId: VISIT, region: 'neck', question: 'trauma', answer: value });
    clinic.push(A, 'red_flag_answer', flag, answer('no'));
    clinic.push(B, 'red_flag_answer', flag, answer('yes'));
    expect(clinic.get('red_flag_answer', flag)?.['answer']).toBe('yes');
    const consent = derivedId(VISIT, 'consent');
    clinic.push(A, 'treatment_consent', consent, { encounterId: VISIT, given: true });
    clinic.push(B, 'treatment_consent', consent, { encounterId: VISIT, given: false });
    expect(clinic.get('treatment_consent', consent)?.['given']).toBe(false);
  });
});

describe('note text', () => {
  test('both texts stay, the second as an open sibling that grows with its own laptop', () => {
    const clinic = withVisit();
    clinic.push(A, 'note_section', section, sectionBorn('Vondt i nakken'));
    expect(clinic.push(B, 'note_section', section, { ...sectionBorn('Vondt i ry'), origin: 'salt', review: 'edited' }).outcome).toBe(
      'conflict',
    );
    clinic.push(B, 'note_section', section, { text: 'Vondt i ryggen' });
    expect(clinic.all('note_section')).toMatchObject([
      { id: section, text: 'Vondt i nakken', origin: 'typed', review: 'none', siblingOfId: null },
      { text: 'Vondt i ryggen', origin: 'salt', review: 'edited', siblingOfId: section, siblingState: 'open', key: 'subjective' },
    ]);
    expect(clinic.all('conflict')).toEqual([]);
  });

  test('a laptop that has read the other text writes on in it', () => {
    const clinic = withVisit();
    clinic.push(A, 'note_section', section, sectionBorn('Vondt'));
    const base = baseFor('note_section', clinic.get('note_section', section), ['text']);
    expect(clinic.push(B, 'note_section', section, { text: 'Vondt i dag' }, { base }).outcome).toBe('applied');
    expect(clinic.all('note_section')).toHaveLength(1);
  });

  test('text that arrives after the signature becomes an unsigned supplement, once', () => {
    const clinic = withVisit();
    clinic.push(A, 'note_section', section, sectionBorn('Vondt i nakken'));
    expect(sign(clinic, A, ['Vondt i nakken']).outcome).toBe('applied');
    expect(clinic.push(B, 'note_section', section, sectionBorn('Vondt i ry'))).toMatchObject({
      outcome: 'conflict',
      flags: ['encounter/signed'],
    });
    clinic.push(B, 'note_section', section, { text: 'Vondt i ryggen' });
    expect(clinic.get('note_section', section)?.['text']).toBe('Vondt i nakken');
    expect(clinic.all('amendment')).toMatchObject([
      { encounterId: VISIT, kind: 'late-sibling', text: 'Vondt i ryggen', status: 'draft', authorId: BENT },
    ]);
  });

  test('a section begun in a visit that was signed meanwhile goes on growing as one supplement', () => {
    const clinic = withVisit();
    sign(clinic, A, []);
    clinic.push(B, 'note_section', section, sectionBorn('Vondt i'));
    expect(clinic.push(B, 'note_section', section, { text: 'Vondt i ryggen' }).outcome).toBe('conflict');
    expect(clinic.all('note_section')).toEqual([]);
    expect(clinic.all('amendment')).toMatchObject([{ text: 'Vondt i ryggen' }]);
    const nrs = derivedId(VISIT, 'nrs-now');
    clinic.push(B, 'observation', nrs, { encounterId: VISIT, code: 'nrs-now', value: 7 });
    expect(clinic.push(B, 'observation', nrs, { value: 8 }).outcome).toBe('conflict');
    expect(clinic.all('conflict')).toMatchObject([{ field: '*', lost: { code: 'nrs-now', value: 8 } }]);
  });

  test('a text the signer had not seen does not vanish behind the signature', () => {
    const clinic = withVisit();
    clinic.push(A, 'note_section', section, sectionBorn('Vondt i nakken'));
    clinic.push(B, 'note_section', section, sectionBorn('Vondt i ryggen'));
    expect(sign(clinic, B, ['Vondt i ryggen']).outcome).toBe('conflict');
    expect(clinic.get('encounter', VISIT)?.['status']).toBe('signed');
    expect(clinic.all('amendment')).toMatchObject([{ text: 'Vondt i nakken', status: 'draft' }]);
  });
});

describe('signed', () => {
  test('nothing moves: a late measurement, a second signature and a discarding are kept as conflicts', () => {
    const clinic = withVisit();
    sign(clinic, A, []);
    const before = clinic.get('encounter', VISIT);
    clinic.push(B, 'observation', derivedId(VISIT, 'nrs-now'), { encounterId: VISIT, code: 'nrs-now', value: 7 });
    clinic.push(B, 'encounter', VISIT, { status: 'discarded', closedReason: 'feil' });
    expect(clinic.get('encounter', VISIT)).toEqual(before);
    expect(clinic.all('observation')).toEqual([]);
    expect(clinic.all('conflict')).toMatchObject([
      { subjectEntity: 'observation', field: '*', kept: null, lost: { value: 7 }, patientId: PATIENT },
      { subjectEntity: 'encounter', field: '*', lost: { status: 'discarded', closedReason: 'feil' } },
    ]);
  });

  test('it may be entered in error, and then nothing more', () => {
    const clinic = withVisit();
    sign(clinic, A, []);
    expect(clinic.push(B, 'encounter', VISIT, { status: 'entered_in_error', closedReason: 'Feil pasient', closedById: BENT }).outcome).toBe(
      'applied',
    );
    expect(clinic.push(A, 'encounter', VISIT, { status: 'draft' }).outcome).toBe('conflict');
    expect(clinic.get('encounter', VISIT)).toMatchObject({ status: 'entered_in_error', closedReason: 'Feil pasient' });
  });

  test('a signature beats a discarding it did not know of', () => {
    const clinic = withVisit();
    clinic.push(B, 'encounter', VISIT, { status: 'discarded', closedReason: 'tom', closedById: BENT }, { base: { status: 2 } });
    const signed = clinic.push(A, 'encounter', VISIT, { status: 'signed', contentHash: 'a'.repeat(64) }, { base: { status: 2 } });
    expect(signed.outcome).toBe('conflict');
    expect(clinic.get('encounter', VISIT)?.['status']).toBe('signed');
    expect(clinic.all('conflict')).toMatchObject([{ field: 'status', kept: 'signed', lost: 'discarded', lostActorId: BENT }]);
  });
});

describe('deletions', () => {
  test('edit beats delete, whichever comes first', () => {
    for (const deletesFirst of [true, false]) {
      const clinic = record();
      clinic.push(A, 'patient', PATIENT, patient);
      const row = clinic.get('patient', PATIENT);
      const remove = () => clinic.push(A, 'patient', PATIENT, { deleted: true }, { base: baseFor('patient', row, ['deleted']) });
      const edit = () => clinic.push(B, 'patient', PATIENT, { phone: '90000000' }, { base: baseFor('patient', row, ['phone']) });
      if (deletesFirst) remove();
      edit();
      if (!deletesFirst) remove();
      expect(clinic.get('patient', PATIENT)).toMatchObject({ deleted: false, phone: '90000000' });
    }
  });

  test('a row nobody else has touched is deleted, by another laptop too', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, patient);
    const base = baseFor('patient', clinic.get('patient', PATIENT), ['deleted']);
    expect(clinic.push(B, 'patient', PATIENT, { deleted: true }, { base }).outcome).toBe('applied');
    expect(clinic.get('patient', PATIENT)?.deleted).toBe(true);
  });

  test('writing into a visit another laptop has discarded raises the question again', () => {
    const clinic = withVisit();
    clinic.push(B, 'encounter', VISIT, { status: 'discarded' }, { base: { status: 2 } });
    expect(clinic.push(A, 'note_section', section, sectionBorn('Vondt')).outcome).toBe('conflict');
    expect(clinic.all('conflict')).toMatchObject([{ subjectEntity: 'encounter', field: 'status', kept: 'discarded', lost: 'draft' }]);
    expect(clinic.all('note_section')).toHaveLength(1);
  });
});

describe('what cannot be applied', () => {
  test.each([
    ['an unknown entity', 'spaceship', {}, 'entity/unknown'],
    ['an unknown field', 'patient', { ...patient, shoe: 1 }, 'change/unknown-field'],
    ['a wrong value', 'patient', { ...patient, sex: 'kanskje' }, 'change/malformed'],
    ['a missing field', 'patient', { givenName: 'Kari' }, 'change/incomplete'],
    ['a text no database can hold', 'patient', { ...patient, city: 'a\0b' }, 'change/malformed'],
    ['the row’s own seq', 'patient', { ...patient, seq: 99 }, 'change/unknown-field'],
  ])('%s is refused with a code', (_what, entity, set, code) => {
    expect(record().push(A, entity, PATIENT, set)).toMatchObject({ outcome: 'rejected', code });
  });

  test('a field from a newer laptop is kept raw, and merges like any other', () => {
    const clinic = record();
    clinic.push(A, 'patient', PATIENT, { ...patient, shoeSize: 41 }, { schema: 99 });
    expect(clinic.get('patient', PATIENT)?.extra).toEqual({ shoe_size: 41 });
    expect(clinic.push(B, 'patient', PATIENT, { shoeSize: 42 }, { schema: 99 }).outcome).toBe('conflict');
    expect(clinic.get('patient', PATIENT)?.extra).toEqual({ shoe_size: 41 });
  });
});

test('a batch reader that holds only the related keys is enough', () => {
  const clinic = withVisit();
  clinic.push(A, 'note_section', section, sectionBorn('a'));
  clinic.push(B, 'note_section', section, sectionBorn('b'));
  const change: MergeableChange = {
    id: derivedId(CLINIC, 'z'),
    actor: BENT,
    entity: 'note_section',
    rowId: section,
    base: {},
    set: { text: 'c' },
    at: visit.visitAt,
    schema: 1,
  };
  const wanted = new Set([
    `note_section/${section}`,
    ...relatedKeys(change, B, clinic.get('note_section', section)).rows.map((key) => `${key.entity}/${key.id}`),
  ]);
  const narrow = {
    row: (entity: EntityName, id: string) => (wanted.has(`${entity}/${id}`) ? clinic.read.row(entity, id) : undefined),
    childrenOf: () => [],
  };
  expect(mergeChange({ change, deviceId: B, read: narrow })).toEqual(mergeChange({ change, deviceId: B, read: clinic.read }));
});

describe('what is finished', () => {
  test("another laptop's findings that the signer had not seen become open conflicts, by their own writer", () => {
    const clinic = withVisit();
    clinic.push(A, 'device', B, { name: 'B', userId: BENT, audience: 'clinical', enrolledAt: visit.visitAt });
    const flag = derivedId(VISIT, 'flag');
    clinic.push(B, 'red_flag_answer', flag, {
      encounterId: VISIT,
      region: 'lumbar',
      question: 'retention',
      answer: 'yes',
      comment: 'siden i går',
    });
    clinic.push(B, 'observation', derivedId(VISIT, 'nrs'), { encounterId: VISIT, code: 'nrs-now', value: 9 });
    clinic.push(B, 'observation', derivedId(VISIT, 'empty'), { encounterId: VISIT, code: 'nrs-worst', value: null });
    clinic.push(B, 'treatment_consent', derivedId(VISIT, 'consent'), { encounterId: VISIT, given: false, comment: 'ikke nakken' });
    clinic.push(B, 'diagnosis', derivedId(VISIT, 'icd'), {
      encounterId: VISIT,
      system: 'icd-10',
      code: 'G83.4',
      text: 'Cauda equina',
      release: '2026',
    });
    expect(sign(clinic, A, ['Bedre']).outcome).toBe('conflict');
    const conflicts = clinic.all('conflict');
    expect(conflicts.map((row) => row['subjectEntity']).toSorted()).toEqual([
      'diagnosis',
      'observation',
      'red_flag_answer',
      'treatment_consent',
    ]);
    expect(conflicts.every((row) => row['lostActorId'] === BENT && row['status'] === 'open' && row['patientId'] === PATIENT)).toBe(true);
    expect(conflicts.find((row) => row['subjectId'] === flag)?.['lost']).toMatchObject({ answer: 'yes', comment: 'siden i går' });
  });

  test("the signer's own findings, and those in the signed content, are no conflicts", () => {
    const clinic = withVisit();
    clinic.push(A, 'observation', derivedId(VISIT, 'nrs'), { encounterId: VISIT, code: 'nrs-now', value: 4 });
    expect(sign(clinic, A, ['Bedre']).outcome).toBe('applied');
    expect(clinic.all('conflict')).toEqual([]);
  });

  const letter = { patientId: PATIENT, encounterId: VISIT, kind: 'epikrise', authorId: ANNA, content: { findings: 'A' } };
  const LETTER = derivedId(VISIT, 'letter');

  test('a signed letter keeps its content, its patient and its signature; what came late is shown', () => {
    const clinic = withVisit();
    clinic.push(A, 'letter', LETTER, letter);
    const base = baseFor('letter', clinic.get('letter', LETTER), ['content', 'status']);
    clinic.push(A, 'letter', LETTER, { status: 'signed', signedAt: visit.visitAt, signedById: ANNA, content: { findings: 'A' } }, { base });
    expect(clinic.push(B, 'letter', LETTER, { content: { findings: 'B' } }, { base }).outcome).toBe('conflict');
    expect(clinic.push(B, 'letter', LETTER, { status: 'draft', patientId: derivedId(PATIENT, 'x') }, { base }).outcome).toBe('conflict');
    expect(clinic.push(B, 'letter', LETTER, { deleted: true }, { base: { deleted: clinic.seq() } }).outcome).toBe('conflict');
    expect(clinic.get('letter', LETTER)).toMatchObject({
      status: 'signed',
      content: { findings: 'A' },
      patientId: PATIENT,
      deleted: false,
    });
    expect(clinic.push(A, 'letter', LETTER, { status: 'handed_over' }, { base: { status: clinic.seq() } }).outcome).toBe('applied');
    expect(clinic.get('letter', LETTER)?.['status']).toBe('handed_over');
  });

  test("the pages were made from the signer's content: another's, written meanwhile, goes aside", () => {
    const clinic = withVisit();
    clinic.push(A, 'letter', LETTER, letter);
    const base = baseFor('letter', clinic.get('letter', LETTER), ['content', 'status']);
    clinic.push(B, 'letter', LETTER, { content: { findings: 'B' } }, { base });
    clinic.push(A, 'letter', LETTER, { status: 'signed', signedAt: visit.visitAt, signedById: ANNA, content: { findings: 'A' } }, { base });
    expect(clinic.get('letter', LETTER)).toMatchObject({ status: 'signed', content: { findings: 'A' } });
    expect(clinic.all('conflict').map((row) => row['lost'])).toEqual([{ findings: 'B' }]);
  });

  test('late text of a signed amendment becomes a supplement', () => {
    const clinic = withVisit();
    const id = derivedId(VISIT, 'amendment');
    clinic.push(A, 'amendment', id, { encounterId: VISIT, kind: 'addition', text: 'Ett', authorId: ANNA });
    const base = baseFor('amendment', clinic.get('amendment', id), ['text', 'status']);
    clinic.push(A, 'amendment', id, { status: 'signed', signedAt: visit.visitAt }, { base });
    expect(clinic.push(B, 'amendment', id, { text: 'Ett og to' }, { base }).outcome).toBe('conflict');
    expect(clinic.get('amendment', id)?.['text']).toBe('Ett');
    expect(
      clinic
        .all('amendment')
        .filter((row) => row['status'] === 'draft')
        .map((row) => row['text']),
    ).toEqual(['Ett og to']);
  });

  test('a field by a name that would lie over one of ours is refused, however new its writer', () => {
    const clinic = withVisit();
    for (const field of ['signed_content', 'content_hash', 'visit_at', 'patient_id'])
      expect(clinic.push(B, 'encounter', VISIT, { [field]: 'x' }, { schema: 999 })).toMatchObject({
        outcome: 'rejected',
        code: 'change/unknown-field',
      });
    expect(clinic.push(B, 'encounter', VISIT, { roomNumber: '3' }, { schema: 999 }).outcome).not.toBe('rejected');
  });
});
