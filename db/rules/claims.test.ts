import fc from 'fast-check';
import { expect, it } from 'vitest';
import { taksterKi } from '../reference/takster-ki.ts';
import { claimAct, claimedTakster, claimOre, creditProblem, preflight, regningsnummer } from './claims.ts';
import type { ClaimVisit } from './claims.ts';
import { readKravState } from './kuhr-state.ts';
import { kravOf, kravSchema, readAnswer, withOffset } from './kuhr.ts';

const line = (code: string, refundOre: number | null, quantity = 1) => ({ code, refundOre, quantity });
const visit = (set: Partial<ClaimVisit> = {}): ClaimVisit => ({
  lines: [line('K2', 4_600)],
  visitAt: '2026-11-23T08:30:00.000Z',
  earlierInSeries: [],
  inSeries: true,
  diagnosed: true,
  hasNationalId: true,
  hasHpr: true,
  signedLines: null,
  ...set,
});
const codes = (set: Partial<ClaimVisit>) => preflight(taksterKi, visit(set)).map(({ code, takst }) => `${code} ${takst}`);

it('says what would make the claim come back', () => {
  expect(codes({})).toEqual([]);
  expect(codes({ diagnosed: false })).toEqual(['takst/diagnosis-missing K2']);
  expect(codes({ hasNationalId: false, hasHpr: false })).toEqual(['claim/national-id-missing K2', 'claim/hpr-missing K2']);
  expect(codes({ lines: [line('K1', 10_700), line('K2', 4_600)] })).toEqual(['takst/combination K1']);
  expect(codes({ lines: [line('K1', 10_700)], earlierInSeries: ['K1'] })).toEqual(['takst/once-per-series K1']);
  expect(codes({ lines: [line('K1', 10_700)], inSeries: false })).toEqual(['claim/series-missing K1']);
  expect(codes({ lines: [line('K2', null)] })).toEqual(['claim/refund-missing K2']);
  expect(codes({ signedLines: [line('K1', 10_700)] })).toEqual(['claim/note-differs K2']);
});

it('is silent where nothing is Helfo’s: a code of the clinic’s own is none of its takster', () => {
  expect(codes({ lines: [line('L214', null), line('OPPF', null)], hasNationalId: false, diagnosed: false })).toEqual([]);
  expect(codes({ lines: [line('L214', 5_000)] })).toContain('takst/not-helfo L214');
  expect(claimedTakster(taksterKi, [line('L214', 5_000), line('K2', 4_600)], '2026-11-23')).toEqual([
    { kode: 'K2', antall: 1, belopOre: 4_600 },
  ]);
});

it('numbers rise with the time of the treatment, are numeric, and no two are alike', () => {
  const ids = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(ids, (encounters) => {
      const taken = new Set<string>();
      for (const id of encounters) taken.add(regningsnummer('2026-11-23T08:30:00.000Z', id, taken));
      expect(taken.size).toBe(encounters.length);
      for (const number of taken) expect(number).toMatch(/^\d{10,12}$/);
      expect(Math.max(...[...taken].map(Number))).toBeLessThan(
        Number(regningsnummer('2026-11-23T09:30:00.000Z', encounters[0] ?? '', taken)),
      );
    }),
  );
});

it('only a whole claim that was accepted is credited, and none older than three years', () => {
  expect(creditProblem({ status: 'accepted', day: '2023-11-23' }, '2026-11-23')).toBeNull();
  expect(creditProblem({ status: 'accepted', day: '2023-11-22' }, '2026-11-23')).toBe('claim/too-old');
  for (const status of ['sent', 'rejected', 'corrected', 'credit_sent', 'credited'] as const)
    expect(creditProblem({ status, day: '2026-11-01' }, '2026-11-23')).toBe('claim/not-accepted');
  expect(claimAct('rejected', 'resend')).toBe(true);
  expect(claimAct('accepted', 'resend')).toBe(false);
});

const krav = (set: object = {}, credit = false) =>
  kravOf(
    '1000005649',
    [
      {
        guid: '0b8dc559-6c2d-419b-aeef-faaf537c6117',
        regningsnummer: '3628350123',
        visitAt: '2026-11-23T08:30:00.000Z',
        nationalId: '01917912345',
        nationalIdKind: 'fnr',
        diagnoses: ['L84', 'L18'],
        takster: [{ kode: 'K2', antall: 1, belopOre: 4_650 }],
        ...set,
      },
    ],
    credit,
  );

it('is the message of the API: kroner with øre, offset of the day, the main diagnosis first, and nothing else', () => {
  expect(krav()).toEqual({
    praksisId: '1000005649',
    behandlerkrav: {
      navnEPJ: 'Ryggrad',
      regninger: [
        {
          guid: '0b8dc559-6c2d-419b-aeef-faaf537c6117',
          kreditering: false,
          regningsnummer: '3628350123',
          tidspunkt: '2026-11-23T09:30:00+01:00',
          pasient: { identifikasjon: { id: '01917912345', type: 'FNR' } },
          diagnoser: [
            { kodeverk: '2.16.578.1.12.4.1.1.7170', kode: 'L84' },
            { kodeverk: '2.16.578.1.12.4.1.1.7170', kode: 'L18' },
          ],
          takster: [{ belop: 46.5, kode: 'K2', antall: 1 }],
          belop: 46.5,
        },
      ],
      antallRegninger: 1,
      belop: 46.5,
    },
  });
  expect(withOffset('2026-07-01T06:00:00.000Z')).toBe('2026-07-01T08:00:00+02:00');
  expect(withOffset('2026-10-25T00:30:00.000Z')).toBe('2026-10-25T02:30:00+02:00');
  expect(withOffset('2026-10-25T01:30:00.000Z')).toBe('2026-10-25T02:30:00+01:00');
  expect(krav({}, true).behandlerkrav).toMatchObject({ belop: -46.5, regninger: [{ kreditering: true, belop: -46.5 }] });
});

it('a message that does not add up, or says more than it may, is none', () => {
  const good = krav();
  expect(kravSchema.safeParse(good).success).toBe(true);
  const one = good.behandlerkrav.regninger[0];
  const wrong = [
    { ...good, behandlerkrav: { ...good.behandlerkrav, belop: 46.51 } },
    { ...good, behandlerkrav: { ...good.behandlerkrav, antallRegninger: 2 } },
    { ...good, behandlerkrav: { ...good.behandlerkrav, regninger: [{ ...one, belop: 46 }] } },
    { ...good, behandlerkrav: { ...good.behandlerkrav, regninger: [{ ...one, merknad: 'vondt i ryggen' }] } },
    { ...good, behandlerkrav: { ...good.behandlerkrav, regninger: [{ ...one, diagnoser: [] }] } },
    { ...good, behandlerkrav: { ...good.behandlerkrav, regninger: [{ ...one, tidspunkt: '2026-11-23T08:30:00Z' }] } },
  ];
  expect(wrong.map((value) => kravSchema.safeParse(value).success)).toEqual([false, false, false, false, false, false]);
});

it('no øre is lost on the way to kroner and back', () => {
  const takst = fc.record({
    kode: fc.constant('K2'),
    antall: fc.integer({ min: 1, max: 9 }),
    belopOre: fc.integer({ min: 0, max: 5_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(takst, { minLength: 1, maxLength: 5 }), (takster) => {
      const text = JSON.stringify(krav({ takster }));
      const back = kravSchema.parse(JSON.parse(text));
      expect(Math.round(back.behandlerkrav.belop * 100)).toBe(claimOre(takster));
      expect(back.behandlerkrav.regninger[0]?.takster.map(({ belop }) => Math.round(belop * 100))).toEqual(
        takster.map(({ belopOre }) => belopOre),
      );
    }),
  );
});

it('reads what Helfo answers, and takes nothing else for an answer', () => {
  const guid = '0b8dc559-6c2d-419b-aeef-faaf537c6117';
  const answer = (status: string) => ({
    innsending: { regninger: [{ status, guid, merknader: [{ nummer: 470, tekst: 'Ugyldig kombinasjon' }] }] },
  });
  expect(readAnswer(JSON.stringify(answer('avvist')))).toEqual([{ guid, verdict: 'rejected', words: '470: Ugyldig kombinasjon' }]);
  expect(readAnswer(JSON.stringify(answer('godkjent')))).toMatchObject([{ verdict: 'accepted' }]);
  expect(readAnswer(JSON.stringify(answer('kontrolleres')))).toMatchObject([{ verdict: null }]);
  for (const text of ['', '{', '[]', '{"innsending":{}}', '{"innsending":{"regninger":[{"status":"godkjent","guid":"x"}]}}'])
    expect(readAnswer(text)).toBeNull();
});

it('reads how far a message has come: kroner become øre, and words that are not in the document decide nothing', () => {
  const bill = { guid: '0B8DC559-6C2D-419B-AEEF-FAAF537C6117', status: 'godkjent', merknader: null };
  const whole = {
    meldingsstatus: 'ferdig_behandlet',
    kontrollstatus: 'ferdig_kontrollert',
    utbetalingsstatus: 'utbetalt',
    sumUtbetaltbelop: 48.17,
    innsending: {
      regninger: [bill, { ...bill, status: 'avvist', merknader: [{ nummer: '766', tekst: 'Datert frem i tid' }] }],
      merknader: [],
    },
    vedtak: { utbetaling: { belop: 360, utbetaltdato: '2026-01-09T00:00:00+01:00', kid: null }, merknader: [] },
  };
  expect(readKravState(whole)).toEqual({
    ...{ refused: false, checked: true, payment: 'paid', paidOre: 4_817, paidOn: '2026-01-09', words: null },
    bills: [
      { guid: '0b8dc559-6c2d-419b-aeef-faaf537c6117', verdict: 'accepted', words: null },
      { guid: '0b8dc559-6c2d-419b-aeef-faaf537c6117', verdict: 'rejected', words: '766: Datert frem i tid' },
    ],
  });
  expect(readKravState({ meldingsstatus: 'mottatt', praksisId: '1' })).toMatchObject({
    checked: false,
    payment: 'waiting',
    paidOre: null,
    bills: [],
  });
  expect(readKravState({ meldingsstatus: 'feil_i_melding', vedtak: { merknader: [{ nummer: 1, tekst: 'Nei' }] } })).toMatchObject({
    refused: true,
    words: '1: Nei',
  });
  expect(
    readKravState({ ...whole, kontrollstatus: 'til_manuell', innsending: { regninger: [{ ...bill, status: 'delvis' }] } }),
  ).toMatchObject({
    checked: false,
    bills: [{ verdict: null }],
  });
  // What is of another form decides nothing either.
  expect(readKravState({ ...whole, innsending: { regninger: 7 } })).toMatchObject({ bills: [] });
  for (const value of [undefined, null, [], 'x', {}, { sumUtbetaltbelop: '48' }]) expect(readKravState(value)).toBeNull();
});
