import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { changeOf, foundClinic, newPatient, pushRaw, request, write } from '../testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { openTestServer } from '../testing/test-server.ts';
import { openLog } from './logging.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database?.close();
});

it.each(['json', 'text'] as const)(
  'the log (%s) holds no patient, no id in a path, no query string, no token, also when Postgres fails',
  async (format) => {
    const lines: string[] = [];
    const server = await openTestServer(database, { log: openLog('trace', format, { write: (line: string) => void lines.push(line) }) });
    const laptop = await foundClinic(server.app);
    await write(server.app, laptop, newPatient('Kanarifugl'));
    await request(server.app, laptop, 'GET', `/v1/shape?table=feed&offset=-1&where=Kanarifugl`);
    await request(server.app, laptop, 'POST', `/v1/devices/${laptop.deviceId}/revoke`, { noe: 'Kanarifugl' });
    const again = await foundClinic(server.app);
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    // An error whose message and context quote the row.
    await admin.query(`create or replace function burst() returns trigger language plpgsql as $$ begin raise exception 'burst %', new.family_name using errcode = 'XX000'; end $$;
    create or replace trigger burst before insert on patient for each row execute function burst()`);
    expect((await pushRaw(server.app, again, [changeOf(again, newPatient('Kanarifugl'))])).json()).toEqual({
      type: 'urn:ryggrad:problem:server/error',
      title: 'Internal Server Error',
      status: 500,
      code: 'server/error',
    });
    await admin.query('drop trigger burst on patient');
    await admin.end();
    await server.close();
    const all = lines.join('');
    expect(all).toContain('/v1/devices/:id/revoke');
    expect(all).toContain('XX000');
    for (const secret of ['Kanarifugl', laptop.deviceId, laptop.clinicId, 'offset=', 'where=', 'rdc_']) expect(all).not.toContain(secret);
  },
);
