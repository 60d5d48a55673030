import { describe, expect, it } from 'vitest';
import { EpikriseContent, requiredLetterContent, sendProblem } from './letter-content.ts';
import { epikrise1, readLetter } from './letter-kinds.ts';
import { missingIn, type LetterContent } from './letter-template.ts';

const parseEpikrise = (raw: unknown): LetterContent | null => readLetter('epikrise', raw)?.content ?? null;
function missingLetterContent(content: LetterContent): { must: string[]; advised: string[] } {
  const { must, advised, faults } = missingIn(epikrise1, content);
  expect(faults).toEqual([]);
  return { must, advised };
}

const complete = (): EpikriseContent => ({
  sender: {
    name: 'Ola Fjell',
    profession: 'kiropraktor',
    hprNumber: '1234567',
    clinicName: 'Fjell klinikk',
    orgNumber: '999888777',
    addressLine: 'Storgata 1',
    postalCode: '0155',
    city: 'Oslo',
    phone: '22 00 00 00',
    letterhead: null,
  },
  recipient: { name: 'Lege Lie', practice: 'Sentrum legekontor', addressLine: 'Torget 2', postalCode: '0155', city: 'Oslo' },
  patient: {
    givenName: 'Kari',
    familyName: 'Prøve',
    birthDate: '1979-01-01',
    nationalId: '01817912345',
    missingNationalIdReason: null,
    addressLine: 'Veien 3',
    postalCode: '0155',
    city: 'Oslo',
  },
  date: '2026-11-23',
  reason: 'Korsryggsmerter',
  history: 'Tre uker',
  findings: 'Nedsatt bevegelse',
  imaging: 'Ikke tatt',
  diagnoses: [{ system: 'icpc-2', code: 'L84', text: 'Ryggsyndrom uten smerteutstråling', main: true }],
  treatment: 'Mobilisering',
  course: 'Bedre',
  assessment: 'Mekanisk',
  plan: 'Øvelser',
  sickLeave: 'Ikke sykmeldt',
  followUp: 'Fastlegen ved behov',
});

describe('the content of an epikrise', () => {
  it('a complete letter misses nothing', () => {
    expect(missingLetterContent(complete())).toEqual({ must: [], advised: [] });
  });

  it('an empty letter names everything once, in printed order', () => {
    const { must, advised } = missingLetterContent(EpikriseContent.parse({}));
    expect([...must, ...advised].toSorted()).toEqual(Object.keys(requiredLetterContent).toSorted());
    expect(must).toEqual([
      'senderName',
      'senderProfession',
      'senderHpr',
      'clinicName',
      'clinicOrgNumber',
      'recipient',
      'patientName',
      'patientId',
      'date',
      'reason',
      'findings',
      'diagnoses',
      'treatment',
      'assessment',
      'followUp',
    ]);
  });

  it('an absent part is empty, and nothing is invented for it', () => {
    const content = parseEpikrise({ reason: 'Vondt' });
    expect(content?.patient).toEqual({
      givenName: '',
      familyName: '',
      birthDate: null,
      nationalId: null,
      missingNationalIdReason: null,
      addressLine: null,
      postalCode: null,
      city: null,
    });
    expect(content?.findings).toBe('');
    expect(content?.diagnoses).toEqual([]);
  });

  it('spaces are not content', () => {
    expect(missingLetterContent({ ...complete(), findings: ' \n\t ' }).must).toEqual(['findings']);
  });

  it('a missing fødselsnummer needs birth date and reason', () => {
    const without = { ...complete().patient, nationalId: null };
    expect(missingLetterContent({ ...complete(), patient: without }).must).toEqual(['patientId']);
    expect(missingLetterContent({ ...complete(), patient: { ...without, missingNationalIdReason: 'foreign' } }).must).toEqual([]);
    expect(
      missingLetterContent({ ...complete(), patient: { ...without, birthDate: null, missingNationalIdReason: 'foreign' } }).must,
    ).toEqual(['patientId']);
  });

  it('a practice is enough of a recipient; a missing address is only advised', () => {
    const recipient = { name: '', practice: 'Sentrum legekontor', addressLine: null, postalCode: null, city: null };
    expect(missingLetterContent({ ...complete(), recipient })).toEqual({ must: [], advised: ['recipientAddress'] });
  });

  it('a code without text is no diagnosis', () => {
    const diagnoses = [{ system: 'icpc-2' as const, code: 'L84', text: ' ', main: true }];
    expect(missingLetterContent({ ...complete(), diagnoses }).must).toEqual(['diagnoses']);
  });

  it('the wrong shape is refused, not repaired', () => {
    expect(parseEpikrise({ reason: 7 })).toBeNull();
    expect(parseEpikrise({ diagnoses: 'L84' })).toBeNull();
    expect(parseEpikrise(null)).toBeNull();
  });

  it('a letter the patient objects to is not sent', () => {
    expect(sendProblem({ objection: true })).toBe('letter/objection');
    expect(sendProblem({ objection: false })).toBeNull();
  });
});
