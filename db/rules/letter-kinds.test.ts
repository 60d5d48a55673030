import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { LETTER_KINDS, type LetterKind } from '../model/letter-kinds.ts';
import { LETTER_WORDS } from './journal-words.ts';
import { newestTemplate, readLetter, templateOf, writesKind } from './letter-kinds.ts';
import { inPrintedOrder, missingIn, ruleOf, shownWords, type LetterContent } from './letter-template.ts';

const frame = {
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
  },
  recipient: { name: 'Røntgen Øst', addressLine: 'Torget 2', postalCode: '0155', city: 'Oslo' },
  patient: {
    givenName: 'Kari',
    familyName: 'Prøve',
    birthDate: '1979-01-01',
    nationalId: '01817912345',
    addressLine: 'Veien 3',
    postalCode: '0155',
    city: 'Oslo',
  },
  date: '2026-11-23',
  diagnoses: [{ system: 'icpc-2', code: 'L84', text: 'Ryggsyndrom uten smerteutstråling', main: true }],
};
/** Every field of the kind filled with something that may stand there. */
function complete(kind: LetterKind, changes: Record<string, unknown> = {}): LetterContent {
  const filled = Object.fromEntries(
    newestTemplate(kind).fields.map((one) => {
      if (one.as === 'choice') return [one.key, one.options?.[0]?.value];
      if (one.as === 'date') return [one.key, '2026-11-23'];
      if (one.as === 'percent') return [one.key, '50'];
      return [one.key, one.key === 'knownDays' ? 'minst 14 dager kjent her, av 84' : one.key === 'tariff' ? 'L4' : `Tekst om ${one.key}`];
    }),
  );
  const read = readLetter(kind, { template: 1, ...frame, ...filled, ...changes });
  if (read === null) throw new Error(`${kind} is not read`);
  return read.content;
}
const lacks = (kind: LetterKind, changes: Record<string, unknown>) => missingIn(newestTemplate(kind), complete(kind, changes));

describe.each(LETTER_KINDS)('%s', (kind) => {
  it('lacks nothing when everything that applies is there', () => {
    expect(lacks(kind, {})).toEqual({ must: [], advised: [], faults: [] });
  });

  it('names exactly the one field that is emptied, and blanks are empty', () => {
    const whole = complete(kind);
    const of = newestTemplate(kind);
    for (const one of of.fields) {
      const rule = ruleOf(one, whole);
      for (const empty of one.as === 'choice' ? [''] : ['', ' \n ']) {
        const { must, advised, faults } = missingIn(of, { ...whole, [one.key]: empty });
        const named = { must, advised }[rule as 'must' | 'advised'] ?? [];
        expect(named.includes(one.key), `${one.key} is ${rule}`).toBe(rule === 'must' || rule === 'advised');
        expect([...must, ...advised]).not.toContain('senderName');
        expect(faults).toEqual([]);
      }
    }
  });

  it('keeps its template, and one of a newer version is not read as this one', () => {
    expect(templateOf(kind, {})?.version).toBe(1);
    expect(readLetter(kind, { ...complete(kind), template: 2 })).toBeNull();
    expect(readLetter(kind, 'tekst')).toBeNull();
  });

  it('has words in both languages for every field, answer and itself', () => {
    for (const language of ['nb', 'en']) {
      const words = JSON.parse(readFileSync(`renderer/i18n/${language}/letters.json`, 'utf8')) as Record<string, Record<string, unknown>>;
      expect(words['kind']?.[kind]).toBeTypeOf('string');
      for (const { key, options } of newestTemplate(kind).fields) {
        const own = (words['kindField']?.[kind] as Record<string, unknown> | undefined)?.[key];
        expect(own ?? words['field']?.[key], key).toBeTypeOf('string');
        for (const { value } of options ?? [])
          expect((words['option']?.[key] as Record<string, unknown> | undefined)?.[value], `${key} ${value}`).toBeTypeOf('string');
      }
    }
    expect(LETTER_WORDS[kind]).toBe(newestTemplate(kind).title);
  });
});

describe('a referral to imaging', () => {
  const asked = (changes: Record<string, unknown>) =>
    inPrintedOrder(newestTemplate('imaging_referral'), complete('imaging_referral', changes)).map((one) =>
      one === 'diagnoses' ? one : one.key,
    );

  it('for MR must have an answer about implants, and says which when it is yes', () => {
    expect(lacks('imaging_referral', { modality: 'mr', implants: '' }).must).toEqual(['implants']);
    expect(lacks('imaging_referral', { modality: 'mr', implants: 'yes', implantDetail: '' }).must).toEqual(['implantDetail']);
    expect(lacks('imaging_referral', { modality: 'mr', implants: 'unknown', implantDetail: '' }).must).toEqual([]);
    expect(asked({ modality: 'mr', implants: 'no' })).not.toContain('implantDetail');
  });

  it('asks about the magnet until it is known that there is none', () => {
    expect(lacks('imaging_referral', { modality: '', implants: '' }).must).toEqual(['modality', 'implants']);
    for (const modality of ['ct', 'xray', 'ultrasound']) expect(asked({ modality })).not.toContain('implants');
  });

  it('asks about pregnancy for all but ultrasound, and about the week when it is or may be so', () => {
    for (const modality of ['mr', 'ct', 'xray']) expect(lacks('imaging_referral', { modality, pregnancy: '' }).must).toEqual(['pregnancy']);
    expect(lacks('imaging_referral', { modality: 'ultrasound', pregnancy: '' }).must).toEqual([]);
    for (const pregnancy of ['yes', 'possible'])
      expect(lacks('imaging_referral', { modality: 'xray', pregnancy, pregnancyDetail: '' }).must).toEqual(['pregnancyDetail']);
    // What does not apply is not printed either, though it stands in the draft.
    expect(asked({ modality: 'ultrasound', pregnancy: 'yes', pregnancyDetail: 'uke 12' })).not.toContain('pregnancyDetail');
  });

  it('says why when it is urgent', () => {
    expect(lacks('imaging_referral', { urgency: 'urgent', urgencyReason: '' }).must).toEqual(['urgencyReason']);
    expect(lacks('imaging_referral', { urgency: 'ordinary', urgencyReason: '' }).must).toEqual([]);
  });

  it('takes no answer that is none of its own', () => {
    expect(readLetter('imaging_referral', { template: 1, modality: 'pet' })).toBeNull();
  });
});

test('a referral to a physiotherapist is written where the clinic says so, and nowhere else', () => {
  expect([undefined, { refersToPhysio: false }, { refersToPhysio: true }].map((clinic) => writesKind('physio_referral', clinic))).toEqual([
    false,
    false,
    true,
  ]);
  expect(LETTER_KINDS.filter((kind) => !writesKind(kind, undefined))).toEqual(['physio_referral']);
});

describe('a summary of a sick leave', () => {
  it.each([
    'innenfor 84 dager',
    '14 dager',
    'minst dager kjent her',
    'under 84',
    'minst 14 dager',
    'minst 14 dager kjent her, innenfor 84',
  ])('does not say «%s»', (knownDays) => {
    expect(lacks('sick_leave_summary', { knownDays }).faults).toEqual([{ key: 'knownDays', fault: 'at-least' }]);
  });
  it.each(['minst 1 dag kjent her, av 84', 'Minst 90 dager kjent her'])('says «%s»', (knownDays) => {
    expect(lacks('sick_leave_summary', { knownDays }).faults).toEqual([]);
  });
  it('refuses a period that ends before it begins, a grade that is none and a day that is none', () => {
    const { faults } = lacks('sick_leave_summary', { periodFrom: '2026-11-20', periodTo: '2026-11-19', grade: '120' });
    expect(faults).toEqual([
      { key: 'periodTo', fault: 'order' },
      { key: 'grade', fault: 'percent' },
    ]);
    expect(lacks('sick_leave_summary', { periodFrom: '2026-02-30' }).faults).toContainEqual({ key: 'periodFrom', fault: 'date' });
    for (const grade of ['0', '101', '5,5', 'halv']) expect(lacks('sick_leave_summary', { grade }).faults).toHaveLength(1);
  });
});

describe('a treatment plan', () => {
  it('is looked at again on a day to come, and began on a day that was', () => {
    expect(lacks('treatment_plan', { reevaluation: '2026-11-22' }).faults).toEqual([{ key: 'reevaluation', fault: 'past' }]);
    expect(lacks('treatment_plan', { seriesStart: '2026-11-24' }).faults).toEqual([{ key: 'seriesStart', fault: 'future' }]);
  });
  it('without consent says what was said', () => {
    expect(lacks('treatment_plan', { consent: 'no', consentDetail: '' }).must).toEqual(['consentDetail']);
    expect(lacks('treatment_plan', { consent: 'yes', consentDetail: '' }).must).toEqual([]);
  });
});

describe('a certificate', () => {
  it('for Nav has its L-takst; a ground in law names the law', () => {
    expect(lacks('certificate', { requesterKind: 'nav', tariff: '' }).must).toEqual(['tariff']);
    expect(lacks('certificate', { requesterKind: 'nav', tariff: 'K1' }).faults).toEqual([{ key: 'tariff', fault: 'tariff' }]);
    expect(lacks('certificate', { requesterKind: 'employer', tariff: '' }).must).toEqual([]);
    expect(lacks('certificate', { basis: 'law', lawBasis: '' }).must).toEqual(['lawBasis']);
  });
  it('needs no diagnosis, and was not examined tomorrow', () => {
    expect(lacks('certificate', { diagnoses: [] })).toEqual({ must: [], advised: [], faults: [] });
    expect(lacks('certificate', { examinedOn: '2026-11-24' }).faults).toEqual([{ key: 'examinedOn', fault: 'future' }]);
  });
});

test('an answer is read by its label, a grade as per cent, anything else as it was written', () => {
  const content = complete('sick_leave_summary', { grade: '50' });
  const { fields } = newestTemplate('sick_leave_summary');
  expect(fields.flatMap((one) => (one.key === 'grade' || one.key === 'employer' ? [shownWords(one, content)] : []))).toEqual([
    'Tekst om employer',
    '50 %',
  ]);
});
