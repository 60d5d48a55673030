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

const add = (origin: 'here' | 'elsewhere' | 'none_earlier', fromDay: string, toDay: string, encounterId: string | null = null) =>
  practice.call('sickLeave.add', { patientId, encounterId, origin, fromDay, toDay, gradePercent: origin === 'here' ? 100 : null });

it('days known here are counted at least, earlier absence is asked for until there is an answer', async () => {
  await add('here', '2026-11-02', '2026-11-15');
  const asked = await practice.must('sickLeave.get', { patientId });
  expect(asked.count).toMatchObject({ atLeast: 14, earlierNotAsked: true, over: false });
  await add('elsewhere', '2026-09-01', '2026-11-01');
  expect((await practice.must('sickLeave.get', { patientId })).count).toMatchObject({ atLeast: 76, earlierNotAsked: false });
  await add('here', '2026-11-16', '2026-11-25');
  const over = await practice.must('sickLeave.get', { patientId });
  expect(over.count).toMatchObject({ atLeast: 86, over: true });
  await practice.must('sickLeave.remove', { id: over.rows[0]?.id ?? '' });
  expect((await practice.must('sickLeave.get', { patientId })).count.atLeast).toBe(76);
});

it('an end before its beginning and a certificate without a grade are refused; a visit in error takes its absence along', async () => {
  expect(await add('here', '2026-11-15', '2026-11-02')).toMatchObject({ code: 'sick-leave/order' });
  expect(
    await practice.call('sickLeave.add', {
      ...{ patientId, encounterId: null, origin: 'here', fromDay: '2026-11-02', toDay: '2026-11-03', gradePercent: null },
    }),
  ).toMatchObject({ code: 'sick-leave/grade' });
  const visit = await practice.signed(patientId);
  await add('here', '2026-11-02', '2026-11-15', visit);
  await practice.must('encounter.enterInError', { id: visit, reason: 'Feil pasient' });
  expect(await practice.must('sickLeave.get', { patientId })).toMatchObject({ rows: [], count: { atLeast: 0 } });
});

it('an assistant sees none of it', async () => {
  await practice.asColleague(['ASSISTANT']);
  expect(await practice.call('sickLeave.get', { patientId })).toMatchObject({ code: 'permission/denied' });
});
