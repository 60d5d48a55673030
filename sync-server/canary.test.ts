/**
 * One patient through every integration and every way each of them fails, with the log at its loudest, Sentry, OpenTelemetry, Redis, dead jobs, refused
 * changes and faults of our own: of her nothing is anywhere but what a vendor's row allows (testing/canary/rows.ts), in any way of writing it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { integrations } from './integrations/index.ts';
import { formsOf, foundIn, KVITRINE } from './testing/canary/patient.ts';
import { CANARY_ROWS } from './testing/canary/rows.ts';
import { openCanaryWorld, type CanaryWorld } from './testing/canary/world.ts';
import { changeOf, newPatient, pushRaw, request } from './testing/test-clinic.ts';

let world: CanaryWorld;
beforeAll(async () => {
  world = await openCanaryWorld(CANARY_ROWS);
}, 240_000);
afterAll(async () => {
  await world?.close();
});

const vendorOf = (name: string) => world.vendors.get(name) ?? expect.unreachable(name);

it('every integration there is has a row here, and is on', async () => {
  expect(Object.keys(CANARY_ROWS).toSorted()).toEqual(integrations.map(({ name }) => name).toSorted());
  const ready = (await world.server.app.inject({ url: '/ready' })).json<{ integrations: Record<string, string>; redis: string }>();
  expect(new Set(Object.values(ready.integrations))).toEqual(new Set(['ready']));
  expect(ready.redis).toBe('ok');
});

it('she is found in whatever form she is written', () => {
  for (const [field, value] of Object.entries(KVITRINE)) {
    for (const prefix of ['', 'a', 'ab', 'abc']) {
      expect(foundIn(Buffer.from(`${prefix}${value} etter`).toString('base64')), `${field} in base64`).not.toEqual([]);
      expect(foundIn(Buffer.from(JSON.stringify({ [prefix]: value })).toString('base64url')), `${field} in base64url`).not.toEqual([]);
    }
    for (const text of [
      JSON.stringify({ value }),
      encodeURIComponent(value),
      new URLSearchParams({ value }).toString(),
      Buffer.from(value).toString('hex'),
    ])
      expect(foundIn(text), `${field}: ${text}`).not.toEqual([]);
    expect(formsOf(value).length).toBeGreaterThan(4);
  }
  expect(foundIn('ring 419 37 268 eller 41 93 72 68')).not.toEqual([]);
  expect(foundIn(`nr ${KVITRINE.nationalId.slice(0, 6)} ${KVITRINE.nationalId.slice(6)}`)).not.toEqual([]);
  expect(foundIn('Kvikk Sølv 41937000')).toEqual([]);
  expect(foundIn(`til ${KVITRINE.phone}`, ['phone'])).toEqual([]);
  expect(foundIn(`${KVITRINE.givenName} <${KVITRINE.email}>`, ['email'])).not.toEqual([]);
});

describe.each(Object.entries(CANARY_ROWS))('%s', (name, row) => {
  it.each(Object.keys(row.paths))('%s', { timeout: 120_000 }, async (path) => {
    await row.paths[path]?.(world, vendorOf(name));
    expect(foundIn(vendorOf(name).outgoing(), row.may)).toEqual([]);
  });

  it('the vendor was told what it needs', () => {
    const sent = vendorOf(name).outgoing();
    for (const field of row.sends)
      expect(
        foundIn(sent).some((one) => one.startsWith(`${field}:`)),
        field,
      ).toBe(true);
  });
});

describe('our own faults', () => {
  /** Postgres that fails as it writes, with the row in its message, for as long as `run` takes. */
  async function bursting(table: string, run: () => Promise<void>): Promise<void> {
    await world.admin.query(`create or replace function burst() returns trigger language plpgsql as $$
      begin raise exception 'burst % ${KVITRINE.familyName} ${KVITRINE.nationalId}', new using errcode = 'XX000', detail = '${KVITRINE.note}', hint = '${KVITRINE.letter}'; end $$;
      create or replace trigger burst before insert or update on ${table} for each row execute function burst()`);
    try {
      await run();
    } finally {
      await world.admin.query(`drop trigger burst on ${table}`);
    }
  }

  it('an answer with 500, asked in every way she could be named', async () => {
    await bursting('patient', async () => {
      const answer = await pushRaw(world.server.app, world.laptop, [changeOf(world.laptop, newPatient(KVITRINE.familyName))]);
      world.answers.push(answer.body);
      expect(answer.statusCode).toBe(500);
      world.laptop.next -= 1;
    });
    const headers = {
      authorization: `Bearer ${KVITRINE.nationalId}`,
      'user-agent': encodeURIComponent(KVITRINE.familyName),
      'x-request-id': KVITRINE.nationalId,
    };
    for (const url of [
      `/v1/shape?table=feed&offset=-1&where=${encodeURIComponent(KVITRINE.familyName)}`,
      `/v1/devices/${encodeURIComponent(KVITRINE.givenName)}/revoke`,
      `/v1/attachments/${KVITRINE.nationalId}/content`,
      `/${KVITRINE.email}?q=${KVITRINE.nationalId}`,
      `/%zz${KVITRINE.nationalId}`,
      `/fhir/R4/Patient?name=${encodeURIComponent(KVITRINE.familyName)}&identifier=${KVITRINE.nationalId}`,
      `/fhir/R4/Patient/${encodeURIComponent(KVITRINE.familyName)}`,
    ])
      for (const method of ['GET', 'POST'] as const) {
        const answer = await world.server.app.inject({ method, url, headers, ...(method === 'POST' ? { payload: { ...KVITRINE } } : {}) });
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
        world.answers.push(answer.body);
      }
  });

  it('changes that are refused', async () => {
    const { app } = world.server;
    const refused = [
      {
        entity: 'guardian' as const,
        rowId: world.patientId,
        set: { patientId: world.laptop.userId, name: KVITRINE.guardian, relation: 'mother' },
      },
      {
        entity: 'patient' as const,
        rowId: world.patientId,
        set: { familyName: `${KVITRINE.familyName}\0`, nationalId: KVITRINE.nationalId },
      },
      {
        entity: 'note_section' as const,
        rowId: world.patientId,
        set: { encounterId: world.patientId, key: KVITRINE.note, text: KVITRINE.note },
      },
    ];
    for (const draft of refused) {
      const answer = await pushRaw(app, world.laptop, [changeOf(world.laptop, draft)]);
      world.answers.push(answer.body);
      expect(answer.body).not.toContain('"applied"');
    }
    for (const payload of ['{', JSON.stringify({ ...KVITRINE }), `{"a":"${KVITRINE.note}","a":1}`, `"${KVITRINE.note}`]) {
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/changes',
        headers: { authorization: `Bearer ${world.laptop.credential}`, 'content-type': 'application/json' },
        payload,
      });
      expect(answer.statusCode).toBe(400);
      world.answers.push(answer.body);
    }
  });

  it('a job that fails for good waits for a person, by code alone', async () => {
    await world.switchOn('sms', { providers: ['twilio'] });
    await world.admin.query(`update ryggrad_jobs.queue set retry_limit = 0 where name = 'message-send'`);
    await bursting('sending', async () => {
      await world.ask('sms', 'confirmation');
    });
    const dead = async () => request(world.server.app, world.laptop, 'GET', '/v1/jobs/dead');
    await expect.poll(async () => (await dead()).json<{ jobs: unknown[] }>().jobs.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const answer = await dead();
    world.answers.push(answer.body);
    expect(answer.json<{ jobs: { reason: string }[] }>().jobs[0]).toMatchObject({ queue: 'message-send', reason: 'XX000' });
  });
});

describe('after all that, of her nothing stands', () => {
  it('in the log, at its loudest', () => {
    expect(world.logged.length).toBeGreaterThan(200);
    expect(foundIn(world.logged.join('\n'))).toEqual([]);
    // And it was not silent about what went wrong.
    const log = world.logged.join('\n');
    for (const said of ['"code":"XX000"', '"msg":"job failed"', '"status":401', '"status":500'])
      expect(log.includes(said), said).toBe(true);
  });

  it('in what we answered, at /metrics, /ready, /v1/integrations and /v1/jobs/dead', async () => {
    for (const url of ['/metrics', '/ready', '/health', '/openapi.json', '/v1/integrations', '/v1/jobs/dead'])
      world.answers.push((await request(world.server.app, world.laptop, 'GET', url)).body);
    expect(foundIn(world.answers.join('\n'))).toEqual([]);
  });

  it('in Redis', async () => {
    const content = await world.redis.content();
    expect(content.length).toBeGreaterThan(0);
    expect(foundIn(content.join('\n'))).toEqual([]);
  });

  it('in any table of the jobs, nor in the clear in any other table of the database', async () => {
    const { rows: tables } = await world.admin.query<{ place: string; jobs: boolean }>(
      `select format('%I.%I', schemaname, tablename) as place, schemaname = 'ryggrad_jobs' as jobs from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables.filter(({ jobs }) => jobs).length).toBeGreaterThan(3);
    for (const { place } of tables) {
      const { rows } = await world.admin.query<{ row: string }>(`select t::text as row from ${place} t`);
      expect(foundIn(rows.map(({ row }) => row).join('\n')), place).toEqual([]);
    }
  });

  it('at Sentry and at the collector, which heard of it', async () => {
    await world.server.deps.observe?.close(10_000);
    for (const receiver of [world.sentry, world.collector]) expect(foundIn(receiver.text())).toEqual([]);
    const [reports, spans] = [world.sentry.text(), world.collector.text()];
    for (const said of ['"code":"XX000"', '"queue":"message-send"', '"type":"profile_chunk"'])
      expect(reports.includes(said), said).toBe(true);
    expect(spans.includes('message-send')).toBe(true);
  });
});
