/** Patients registered twice, at the server: what is taken, what is refused, what the feed carries, and what a new laptop gets first. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import { addColleague, foundClinic, newPatient, request, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

describe.each(PLACES)('patient links (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let owner: Laptop;
  let desk: Laptop;
  let admin: Laptop;
  let foreigner: Laptop;
  let one: string;
  let other: string;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    owner = await foundClinic(server.app);
    desk = await addColleague(server.app, owner, ['ASSISTANT']);
    admin = await addColleague(server.app, owner, ['ADMIN']);
    foreigner = await foundClinic(server.app);
    one = await registered(owner);
    other = await registered(owner);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });

  async function registered(laptop: Laptop): Promise<string> {
    const patient = newPatient();
    expect(await write(server.app, laptop, patient)).toMatchObject({ outcome: 'applied' });
    return patient.rowId;
  }
  const link = (laptop: Laptop, patientId: string, intoId: string, rowId = v7()) => ({
    entity: 'patient_link' as const,
    rowId,
    set: { patientId, intoId, replaced: {}, linkedById: laptop.userId, linkedAt: '2026-11-23T08:00:00.000Z' },
  });
  const merge = (laptop: Laptop, patientId: string, intoId: string, rowId = v7()) =>
    write(server.app, laptop, link(laptop, patientId, intoId, rowId));
  const undo = (laptop: Laptop, rowId: string) =>
    write(server.app, laptop, {
      entity: 'patient_link',
      rowId,
      set: { undone: true, undoneById: laptop.userId, undoneAt: '2026-11-23T09:00:00.000Z' },
      base: { undone: Number.MAX_SAFE_INTEGER, undoneById: Number.MAX_SAFE_INTEGER, undoneAt: Number.MAX_SAFE_INTEGER },
    });

  it('a clinician and an assistant may, an administrator alone may not; the same for undoing, and nobody deletes one', async () => {
    const rowId = v7();
    expect(await merge(desk, one, other, rowId)).toMatchObject({ outcome: 'applied' });
    expect(await merge(admin, one, other)).toMatchObject({ outcome: 'rejected', code: 'actor/forbidden' });
    expect(await write(server.app, owner, { entity: 'patient_link', rowId, set: { deleted: true } })).toMatchObject({
      code: 'actor/forbidden',
    });
    expect(await undo(admin, rowId)).toMatchObject({ code: 'actor/forbidden' });
    expect(await undo(owner, rowId)).toMatchObject({ outcome: 'applied' });
  });

  it('two who undo at once are of one mind: no conflict', async () => {
    const rowId = v7();
    await merge(owner, one, other, rowId);
    const outcomes = await Promise.all([undo(owner, rowId), undo(desk, rowId)]);
    expect(outcomes.every(({ outcome }) => outcome === 'applied' || outcome === 'merged')).toBe(true);
  });

  it('whom a link joins is never changed, and nobody is merged with themselves', async () => {
    const rowId = v7();
    await merge(owner, one, other, rowId);
    const third = await registered(owner);
    await write(server.app, owner, { entity: 'patient_link', rowId, set: { intoId: third }, base: {} });
    const { rows } = await withClinic(server.pool, owner.clinicId, (tx) =>
      tx.query('select into_id from patient_link where id = $1', [rowId]),
    );
    expect(rows).toEqual([{ into_id: other }]);
    expect(await merge(owner, one, one)).toMatchObject({ outcome: 'rejected', code: 'change/malformed' });
  });

  it('a patient of another clinic cannot be linked, from either end, nor a link of another clinic undone', async () => {
    const foreign = await registered(foreigner);
    expect(await merge(owner, one, foreign)).toMatchObject({ outcome: 'rejected', code: 'change/parent-missing' });
    expect(await merge(owner, foreign, one)).toMatchObject({ outcome: 'rejected', code: 'change/parent-missing' });
    const rowId = v7();
    await merge(owner, one, other, rowId);
    expect((await undo(foreigner, rowId)).outcome).toBe('rejected');
  });

  it('the feed carries it to the desk, and a new laptop gets with a booking everybody who is that person', async () => {
    const rowId = v7();
    const [booked, stays] = [await registered(owner), await registered(owner)];
    await merge(owner, booked, stays, rowId);
    const startsAt = new Date().toISOString();
    await write(server.app, owner, {
      entity: 'appointment',
      rowId: v7(),
      set: { patientId: booked, practitionerId: owner.userId, startsAt, durationMinutes: 20, visitType: 'follow_up' },
    });
    const answer = await request(server.app, desk, 'GET', '/v1/bootstrap');
    const ids = new Set(answer.json<{ rows: { id: string }[] }>().rows.map(({ id }) => id));
    expect([booked, stays, rowId].map((id) => ids.has(id))).toEqual([true, true, true]);
  });
});
