import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerLines } from './questionnaire-answers.ts';

const one = (answer: Record<string, unknown>) => answerLines([{ linkId: '1', text: 'Spørsmål', answer: [answer] }])[0]?.answers;

describe('answers as lines', () => {
  it.each([
    [{ valueBoolean: false }, { yes: false }],
    [{ valueBoolean: true }, { yes: true }],
    [{ valueInteger: 0 }, { number: 0 }],
    [{ valueDecimal: 7.5 }, { number: 7.5 }],
    [{ valueDate: '2026-11' }, { day: '2026-11' }],
    [{ valueDateTime: '2026-11-28' }, { day: '2026-11-28' }],
    [{ valueDateTime: '2026-11-28T10:00:00+01:00' }, { instant: '2026-11-28T10:00:00+01:00' }],
    [{ valueTime: '07:30:00' }, { text: '07:30' }],
    [{ valueString: 'Løfting «tungt»' }, { text: 'Løfting «tungt»' }],
    [{ valueUri: 'urn:x' }, { text: 'urn:x' }],
    [{ valueCoding: { system: 's', code: 'L84', display: 'Ryggsyndrom' } }, { text: 'Ryggsyndrom (L84)' }],
    [{ valueCoding: { code: 'L84' } }, { text: 'L84' }],
    [{ valueQuantity: { value: 7.5, unit: 'timer' } }, { text: '7,5 timer' }],
    [{ valueQuantity: { comparator: '<', value: 5, code: 'h' } }, { text: '<5 h' }],
    [{ valueAttachment: { title: 'Bilde', data: 'AAAA' } }, { file: 'Bilde' }],
    [{ valueAttachment: { contentType: 'image/png' } }, { file: 'image/png' }],
    [{ _valueString: { extension: [{ url: 'x', valueCode: 'asked-unknown' }] } }, { missing: true }],
    [{ valueCoding: { system: 'bare-system' } }, { text: '{"system":"bare-system"}' }],
  ])('%j', (answer, expected) => {
    expect(one(answer)).toEqual([expected]);
  });

  it('questions under questions and under answers stand under them, in order', () => {
    const lines = answerLines([
      {
        linkId: 'søvn',
        text: 'Søvn',
        item: [
          {
            linkId: 'søvn.1',
            answer: [{ valueBoolean: true, item: [{ linkId: 'søvn.1.a', text: 'Hvor ofte?', answer: [{ valueInteger: 3 }] }] }],
          },
          { linkId: 'søvn.2', text: 'Hvorfor?' },
        ],
      },
    ]);
    expect(lines.map(({ depth, linkId, question, isGroup }) => [depth, linkId, question, isGroup])).toEqual([
      [0, 'søvn', 'Søvn', true],
      [1, 'søvn.1', null, false],
      [2, 'søvn.1.a', 'Hvor ofte?', false],
      [1, 'søvn.2', 'Hvorfor?', false],
    ]);
  });

  it('whatever stands there, it gives lines and never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(answerLines(value))));
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            linkId: fc.string(),
            text: fc.string(),
            answer: fc.array(
              fc.dictionary(fc.constantFrom('valueString', 'valueCoding', 'valueQuantity', 'valueAttachment'), fc.jsonValue()),
            ),
          }),
        ),
        (items) => {
          expect(answerLines(items)).toHaveLength(items.length);
        },
      ),
    );
  });
});
