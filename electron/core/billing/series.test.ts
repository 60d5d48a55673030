import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
let patientId: string;
beforeEach(async () => {
  practice = await openPractice();
  patientId = await practice.patient();
});
afterEach(() => practice.close());

const notices = async (id: string) => (await practice.must('encounter.get', { id })).seriesNotices;
async function visits(count: number): Promise<string> {
  let episodeId: string | null = null;
  let id = '';
  for (let n = 0; n < count; n += 1) {
    id = await practice.ready(patientId);
    await practice.must('encounter.setEpisode', { id, episodeId, newTitle: episodeId === null ? 'Korsrygg' : null });
    episodeId = (await practice.must('encounter.get', { id })).episode?.id ?? null;
    practice.laptop.pass(60_000);
  }
  return id;
}

it('the fourteenth visit is told where the clinic wants it, and nothing is stopped', async () => {
  const third = await visits(3);
  expect(await notices(third)).toEqual([]);
  await practice.must('billing.save', { visitNotice: 3, visitNoticePer: 'series' });
  expect(await notices(third)).toEqual([{ code: 'series/notice', n: 3, from: 3, per: 'series' }]);
  // Another complaint is another series, the same year.
  const other = await practice.ready(patientId);
  expect(await notices(other)).toEqual([]);
  await practice.must('billing.save', { visitNoticePer: 'calendar_year' });
  expect(await notices(other)).toMatchObject([{ n: 4 }]);
  await practice.must('encounter.sign', { id: other, patientId });
  // A visit that is thrown away has not been.
  await practice.must('encounter.discard', { id: third, reason: 'Avbestilt' });
  expect(await notices(other)).toMatchObject([{ n: 3 }]);
});

it('an insurer’s visits are counted in its span, and told when the last is here; the desk writes who pays', async () => {
  await practice.asColleague(['ASSISTANT']);
  const fields = { patientId, payer: 'Trygg', reference: 'S-1', visitCap: 2, fromDay: '2026-11-01', toDay: null };
  const cover = await practice.must('cover.save', fields);
  expect(await practice.call('cover.save', { ...fields, patientId: cover.id })).toMatchObject({ code: 'patient/unknown' });
  await practice.asFirst();
  const second = await visits(2);
  expect(await notices(second)).toEqual([{ code: 'cover/last', payer: 'Trygg', n: 2, cap: 2 }]);
  const third = await practice.ready(patientId);
  expect(await notices(third)).toMatchObject([{ code: 'cover/over', n: 3 }]);
  expect((await practice.must('cover.list', { patientId })).covers).toMatchObject([{ payer: 'Trygg', used: 3 }]);
  await practice.must('cover.save', { ...fields, id: cover.id, ended: true });
  expect(await notices(third)).toEqual([]);
});
