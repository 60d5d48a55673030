/** What a new laptop is given ahead of its first load. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addColleague,
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  push,
  request,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

describe.each(PLACES)('today first (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });

  it('bootstrap brings today and its patients, and clinical rows to clinicians alone', async () => {
    const clinician = await foundClinic(server.app);
    const desk = await addColleague(server.app, clinician, ['ASSISTANT']);
    const [today, other] = [newPatient('Idag'), newPatient('Ikke')];
    const encounter = newEncounter(clinician, today.rowId);
    const booking = {
      entity: 'appointment' as const,
      rowId: v7(),
      set: {
        patientId: today.rowId,
        practitionerId: clinician.userId,
        startsAt: new Date().toISOString(),
        durationMinutes: 30,
        visitType: 'follow_up',
      },
    };
    await push(
      server.app,
      clinician,
      [today, other, encounter, newSection(encounter.rowId, 'sist'), booking].map((draft) => changeOf(clinician, draft)),
    );
    const rowsFor = async (laptop: Laptop) =>
      (await request(server.app, laptop, 'GET', '/v1/bootstrap')).json<{
        seq: number;
        rows: { entity: string; id: string; seq: string }[];
      }>();
    const full = await rowsFor(clinician);
    expect(full.rows.filter(({ entity }) => entity === 'patient').map(({ id }) => id)).toEqual([today.rowId]);
    expect(full.rows.map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['appointment', 'note_section', 'encounter', 'user', 'clinic']),
    );
    expect((await rowsFor(desk)).rows.map(({ entity }) => entity)).not.toEqual(expect.arrayContaining(['encounter']));
  });
});
