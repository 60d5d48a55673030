import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { openPractice } from '../encounters/testing.ts';
import type { Practice } from '../encounters/testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const number = (birthDate: string, n = 1): string => syntheticNationalId({ birthDate, n });
const create = (fields: Record<string, unknown>) =>
  practice.call('patient.create', { givenName: 'Kari', familyName: 'Nordmann', ...fields });

describe('registering', () => {
  it('takes a number as it is typed and keeps it clean; birth date and sex are fields of their own', async () => {
    const value = number('1979-01-01');
    const { id } = await practice.must('patient.create', {
      givenName: 'Kari',
      familyName: 'Nordmann',
      nationalId: `${value.slice(0, 6)} ${value.slice(6)}`,
      birthDate: '1979-01-01',
    });
    expect((await practice.must('patient.get', { id })).patient).toMatchObject({
      hasNationalId: true,
      nationalIdKind: 'fnr',
      maskedNationalId: `${value.slice(0, 6)} •••••`,
      sex: 'unknown',
    });
    expect(JSON.stringify(await practice.must('patient.get', { id }))).not.toContain(value);
    expect(await practice.must('patient.revealNationalId', { id })).toEqual({ nationalId: value });
    expect(
      (await practice.db()).prepare(`select count(*) as n from audit_event where action = 'reveal' and patient_id = ?`).get(id),
    ).toEqual({ n: 1 });
  });

  it('refuses wrong numbers by what is wrong with them, and a missing one without a reason', async () => {
    const value = number('1979-01-01');
    const slip = value.slice(0, 10) + String((Number(value[10]) + 1) % 10);
    expect(await create({ nationalId: '123' })).toMatchObject({ code: 'national-id/length' });
    expect(await create({ nationalId: slip })).toMatchObject({ code: 'national-id/checksum' });
    expect(await create({ nationalId: '32817912345' })).toMatchObject({ code: 'national-id/date' });
    expect(await create({})).toMatchObject({ code: 'national-id/missing-reason' });
    expect(await create({ missingNationalIdReason: 'foreign' })).toMatchObject({ ok: true });
  });

  it('refuses a number somebody here has, and says who', async () => {
    const nationalId = number('1979-01-01');
    const first = await practice.must('patient.create', { givenName: 'Kari', familyName: 'Nordmann', nationalId });
    expect(await create({ nationalId })).toMatchObject({ code: 'patient/duplicate-national-id', details: { patientId: first.id } });
    const other = await practice.must('patient.create', { givenName: 'Ola', familyName: 'Nordmann', missingNationalIdReason: 'unknown' });
    expect(await practice.call('patient.update', { id: other.id, set: { nationalId } })).toMatchObject({
      code: 'patient/duplicate-national-id',
    });
    expect(await practice.call('patient.update', { id: first.id, set: { nationalId } })).toMatchObject({ ok: true });
  });

  it('the reason cannot be taken away without a number, and goes when the number comes', async () => {
    const { id } = await practice.must('patient.create', { givenName: 'Ola', familyName: 'Nordmann', missingNationalIdReason: 'newborn' });
    expect(await practice.call('patient.update', { id, set: { missingNationalIdReason: null } })).toMatchObject({
      code: 'national-id/missing-reason',
    });
    await practice.must('patient.update', { id, set: { phone: '99887766' } });
    await practice.must('patient.update', { id, set: { nationalId: number('2026-11-01') } });
    expect((await practice.must('patient.get', { id })).patient).toMatchObject({
      missingNationalIdReason: null,
      hasNationalId: true,
      phone: '99887766',
    });
  });

  it('warns when the number has another birth date', async () => {
    expect(
      await practice.must('patient.create', {
        givenName: 'Kari',
        familyName: 'Nordmann',
        nationalId: number('1979-01-01'),
        birthDate: '1979-01-02',
      }),
    ).toMatchObject({ warnings: ['national-id/other-birth-date'] });
  });

  it('shows namesakes and possible duplicates', async () => {
    const [one, two] = [await practice.patient({ familyName: 'Berg' }), await practice.patient({ familyName: 'Berg' })];
    expect((await practice.must('patient.search', { query: 'berg' })).hits.map((hit) => hit.namesake)).toEqual([true, true]);
    expect((await practice.must('patient.get', { id: one })).possibleDuplicates.map((hit) => hit.id)).toEqual([two]);
  });
});

it('a child has guardians with phone and relation', async () => {
  const patientId = await practice.patient({ birthDate: '2020-05-05' });
  const mother = await practice.must('guardian.save', { patientId, name: 'Mor Prøve', relation: 'mother', phone: '99887766', email: null });
  await practice.must('guardian.save', { id: mother.id, patientId, name: 'Mor Prøve', relation: 'mother', phone: '40506070', email: null });
  const view = await practice.must('patient.get', { id: patientId });
  expect([view.ageYears, view.guardians.map((guardian) => guardian.phone)]).toEqual([6, ['40506070']]);
});

it('a safety fact is not asked until somebody asks, and then says who and when', async () => {
  const patientId = await practice.patient();
  const { safety } = await practice.must('safety.set', { patientId, kind: 'anticoagulants', state: 'yes', detail: 'Eliquis' });
  expect(safety.find((fact) => fact.kind === 'anticoagulants')).toEqual({
    kind: 'anticoagulants',
    state: 'yes',
    detail: 'Eliquis',
    recordedByName: 'Kim Rygg',
    recordedAt: '2026-11-23T08:00:00.000Z',
    disputed: false,
  });
  expect(safety.filter((fact) => fact.state === 'not_asked').length).toBe(5);
});

it('one search is one entry in the log, with the hits shown and without what was typed', async () => {
  const id = await practice.patient({ familyName: 'Solberg' });
  await practice.must('patient.search', { query: 'solb' });
  const row = (await practice.db()).prepare(`select details from audit_event where action = 'search' order by n desc limit 1`).get() as {
    details: string;
  };
  expect(JSON.parse(row.details)).toEqual({ hits: [id] });
});

it('an empty search shows those this person opened last, newest first', async () => {
  const [a, b, c] = [await practice.patient(), await practice.patient(), await practice.patient()];
  for (const id of [a, b, c, b]) {
    await practice.must('patient.get', { id });
    practice.laptop.pass(6 * 60_000);
  }
  expect((await practice.must('patient.search', { query: '' })).hits.map((hit) => hit.id)).toEqual([b, c, a]);
});

it('the timeline is newest first, in pages', async () => {
  const patientId = await practice.patient();
  for (const text of ['en', 'to', 'tre']) await practice.signed(patientId, 'follow_up', text);
  const first = await practice.must('patient.timeline', { patientId, limit: 2 });
  expect([first.items.length, first.more, first.items[0]?.summary]).toEqual([2, true, 'L03 Korsrygg symptomer/plager']);
  const rest = await practice.must('patient.timeline', { patientId, limit: 2, before: first.items[1]?.at });
  expect([rest.items.length, rest.more]).toEqual([1, false]);
});

describe('what came from a colleague since the form was opened', () => {
  it('an answer about safety that was not seen is not written over', async () => {
    const patientId = await practice.patient();
    const was = { state: 'not_asked' as const, detail: null };
    await practice.must('safety.set', { patientId, kind: 'allergies', state: 'yes', detail: 'Penicillin', was });
    const late = { patientId, kind: 'allergies' as const, state: 'none' as const, detail: null };
    expect(await practice.call('safety.set', { ...late, was })).toMatchObject({ ok: false, code: 'safety/changed' });
    const { safety } = await practice.must('safety.set', { ...late, was: { state: 'yes', detail: 'Penicillin' } });
    expect(safety.find((fact) => fact.kind === 'allergies')?.state).toBe('none');
  });

  it('a field that moved meanwhile is named, and nothing is written', async () => {
    const id = await practice.patient();
    await practice.must('patient.update', { id, set: { phone: '911 11 111' }, was: { phone: '' } });
    const reply = await practice.call('patient.update', { id, set: { phone: '922 22 222', city: 'Bergen' }, was: { phone: '', city: '' } });
    expect(reply).toMatchObject({ ok: false, code: 'patient/changed', details: { fields: ['phone'] } });
    expect((await practice.must('patient.get', { id })).patient).toMatchObject({ phone: '911 11 111', city: null });
  });

  it('nobody is born tomorrow', async () => {
    expect(await create({ birthDate: '2030-01-01', missingNationalIdReason: 'not_stated' })).toMatchObject({
      code: 'patient/born-in-future',
    });
  });
});
