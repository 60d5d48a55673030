import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const failed = await pushRaw(server.app, again, [changeOf(again, newPatient('Kanarifugl'))]);
    expect(failed.json()).toEqual({
      type: 'urn:ryggrad:problem:server/error',
      title: 'Internal Server Error',
      status: 500,
      code: 'server/error',
      instance: `urn:ryggrad:request:${String(failed.headers['x-request-id'])}`,
    });
    await admin.query('drop trigger burst on patient');
    await admin.end();
    await server.close();
    const all = lines.join('');
    expect(all).toContain('/v1/devices/:id/revoke');
    expect(all).toContain('XX000');
    // What failed is found by what the caller was told.
    expect(lines.filter((line) => line.includes(String(failed.headers['x-request-id']))).length).toBeGreaterThanOrEqual(2);
    for (const secret of ['Kanarifugl', laptop.deviceId, laptop.clinicId, 'offset=', 'where=', 'rdc_']) expect(all).not.toContain(secret);
  },
);

describe('a line', () => {
  const said = (write: (log: ReturnType<typeof openLog>) => void): Record<string, unknown> => {
    const lines: string[] = [];
    write(openLog('trace', 'json', { write: (line: string) => void lines.push(line) }));
    expect(lines).toHaveLength(1);
    const { level: _level, time: _time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    return rest;
  };
  const kari = 'Kari Kanarifugl';

  it('has the fields on the list, in their form, and says how many it lacks', () => {
    expect(said((log) => log.info({ status: 200, route: '/v1/devices/:id/revoke', name: kari, patient: { kari } }, 'request'))).toEqual({
      status: 200,
      route: '/v1/devices/:id/revoke',
      unlisted: 2,
      msg: 'request',
    });
  });

  it.each([
    ['route', `/v1/patients/${kari}`],
    ['route', '/v1/patients/01819912345'],
    ['code', kari],
    ['code', '01819912345'],
    ['code', '41234567'],
    ['code', 'kari@example.test'],
    ['queue', kari],
    ['method', 'kari'],
    ['request', kari],
    ['request', '01819912345'],
    ['status', kari],
    ['ms', Number.NaN],
    ['job', kari],
    ['id', kari],
    ['table', kari],
    ['source', kari],
    ['constructor', kari],
    ['__proto__x', kari],
  ])('drops %s: %s', (name, value) => {
    expect(said((log) => log.info({ [name]: value }, 'words'))).toEqual({ unlisted: 1, msg: 'words' });
  });

  it('tells of an error its kind, its code and where; not its words, in whatever way it is handed over', () => {
    const error = Object.assign(new TypeError(`no ${kari}\n    at ${kari} (/srv/sync-server/app.ts:1:1)`), { code: '23505', detail: kari });
    error.cause = new Error(kari);
    for (const write of [
      (log: ReturnType<typeof openLog>) => log.error(error),
      (log: ReturnType<typeof openLog>) => log.error({ err: error }),
      (log: ReturnType<typeof openLog>) => log.error(error, 'words'),
      (log: ReturnType<typeof openLog>) => log.error({ err: error, kari }, 'words'),
    ]) {
      const line = said(write);
      expect(line).toMatchObject({ err: { kind: 'TypeError', code: '23505' } });
      expect((line['err'] as { at: string[] }).at[0]).toMatch(/^sync-server\/plugins\/logging\.test\.ts:\d+:\d+$|^node_modules\//);
      expect(JSON.stringify(line)).not.toContain('Kari');
    }
    expect(said((log) => log.warn('words %s', kari))).toEqual({ msg: 'words %s' });
    expect(said((log) => log.warn({ err: { message: kari } }, 'words'))).toEqual({ err: { kind: 'other', at: [] }, msg: 'words' });
  });
});
