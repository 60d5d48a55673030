import { afterEach, expect, test } from 'vitest';
import { openClinic, testLaptop, type TestLaptop } from '../testing.ts';

let laptop: TestLaptop;
afterEach(async () => {
  await laptop.close();
});

async function visit(codes: readonly { system: 'icpc-2' | 'icd-10'; code: string }[], sign: boolean): Promise<string> {
  const { id: patientId } = await laptop.must('patient.create', {
    givenName: 'Åse',
    familyName: 'Strand',
    missingNationalIdReason: 'not_stated',
  });
  const { id } = await laptop.must('encounter.start', { patientId, visitType: 'follow_up' });
  for (const key of ['subjective', 'treatment'] as const) await laptop.must('section.write', { encounterId: id, key, text: 'Skrevet.' });
  for (const code of codes) await laptop.must('diagnosis.add', { encounterId: id, ...code });
  if (sign) await laptop.must('encounter.sign', { id, patientId });
  return patientId;
}

test('ICD-10 is suggested for the ICPC-2 codes beside it, before what is used; nothing is added by that', async () => {
  laptop = testLaptop();
  await openClinic(laptop);
  await visit([{ system: 'icpc-2', code: 'L03' }], false);
  const ask = (besides: string[], query = '') => laptop.must('code.search', { query, system: 'icd-10', besides });
  const { hits } = await ask(['L03', 'L84']);
  expect(hits[0]).toMatchObject({ code: 'M545', why: 'suggested', via: 'L03', system: 'icd-10' });
  expect(hits.filter(({ code }) => code === 'M545')).toHaveLength(1);
  expect((await ask([])).hits.filter(({ why }) => why === 'suggested')).toEqual([]);
  expect((await ask(['L03'], 'M54')).hits.filter(({ why }) => why === 'suggested')).toEqual([]);
});

test('statistics count what was signed in the period, by code: no drafts, no names, each visit once', async () => {
  laptop = testLaptop();
  await openClinic(laptop);
  await visit(
    [
      { system: 'icpc-2', code: 'L03' },
      { system: 'icpc-2', code: 'N01' },
    ],
    true,
  );
  await visit([{ system: 'icpc-2', code: 'L03' }], true);
  await visit([{ system: 'icpc-2', code: 'L84' }], false);
  const ask = (from: string, to: string) => laptop.must('code.statistics', { system: 'icpc-2', from, to });
  const day = '2026-11-23';
  const { rows, visits } = await ask(day, day);
  expect(visits).toBe(2);
  expect(rows.map(({ code, visits: n, main, patients }) => [code, n, main, patients])).toEqual([
    ['L03', 2, 2, 2],
    ['N01', 1, 0, 1],
  ]);
  expect(JSON.stringify(rows)).not.toContain('Strand');
  expect((await ask('2001-01-01', '2001-12-31')).rows).toEqual([]);
  expect(await laptop.call('code.statistics', { system: 'icpc-2', from: day, to: '2001-01-01' })).toMatchObject({
    ok: false,
    code: 'period/backwards',
  });
});
