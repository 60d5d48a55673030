/**
 * Erasure by law over two laptops and a server: the words are gone from every place they lay in, signed or not, nothing brings them back, and what
 * is written later into what is gone is refused and sealed.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonical } from '#db/sync/change.ts';
import { createHash } from 'node:crypto';
import { derivedId } from '#db/model/ids.ts';
import { findRows, eraseHere, unquoteHere } from '#db/sqlite/queries/erase.ts';
import { closureNow, closureOf, unquoted } from '#db/sync/erase.ts';
import { proofHeaders } from '#electron/core/clinic/proof.ts';
import { call, drained, foundClinic, NOW, type TestClinic } from './clinic.ts';
import { until, type Laptop } from './laptop.ts';
import { startTestServer, type TestServer } from './server.ts';

const CANARY = 'KANARIFUGL';
let server: TestServer;
let clinic: TestClinic;
let anna: Laptop;
let bent: Laptop;

beforeAll(async () => {
  server = await startTestServer();
  clinic = await foundClinic(server.url);
  anna = clinic.first;
  bent = await clinic.join(server.url, ['PRACTITIONER']);
}, 60_000);
afterAll(async () => {
  await anna?.close();
  await bent?.close();
  await server?.close();
});

/** A signed visit of Anna's with a letter and an addition, and a second visit that carries its text. */
function signedVisit(word: string): { patientId: string; visit: string; section: string; carried: string } {
  return anna.write('test', (ctx) => {
    const { userId } = ctx.actor;
    const patientId = ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann' }).id;
    const fields = { patientId, practitionerId: userId, visitType: 'follow_up' as const, visitAt: NOW, recordedAt: NOW };
    const visit = ctx.insert('encounter', fields).id;
    const section = derivedId(visit, 'subjective');
    ctx.insert('note_section', { encounterId: visit, key: 'subjective', text: word }, section);
    ctx.insert('diagnosis', { encounterId: visit, system: 'icpc-2', code: 'L03', text: word, release: '2026', main: true });
    ctx.insert('red_flag_answer', { encounterId: visit, region: 'neck', question: 'trauma', answer: 'yes', comment: word });
    const content = {
      version: 1 as const,
      patientId,
      patientName: 'Kari',
      visitType: 'follow_up' as const,
      visitAt: NOW,
      sections: [{ key: 'subjective', text: word, origin: 'typed' as const, originEncounterId: null }],
      observations: [],
      redFlags: [],
      treatmentConsent: null,
      diagnoses: [],
      treatmentLines: [],
      signedBy: { userId, name: 'Anna', profession: null, hprNumber: null },
      signedAt: NOW,
      clinicName: 'Ryggen',
    };
    const contentHash = createHash('sha256').update(canonical(content)).digest('hex');
    ctx.releaseOutbox();
    ctx.patch('encounter', visit, { status: 'signed', signedAt: NOW, signedById: userId, contentHash, signedContent: content });
    ctx.insert('amendment', { encounterId: visit, kind: 'addition', text: word, reason: word, authorId: userId, status: 'signed' });
    const data = Buffer.from(word).toString('base64');
    const document = ctx.insert('document', {
      patientId,
      kind: 'letter',
      title: word,
      mediaType: 'application/pdf',
      sha256: 'a'.repeat(64),
      byteLength: 3,
      data,
    });
    const letter = { patientId, encounterId: visit, kind: 'epikrise' as const, content: { text: word }, authorId: userId };
    ctx.insert('letter', { ...letter, status: 'signed', documentId: document.id });
    const later = ctx.insert('encounter', fields).id;
    const carried = {
      encounterId: later,
      key: 'subjective',
      text: 'omskrevet',
      origin: 'salt' as const,
      originEncounterId: visit,
      originText: word,
    };
    const carriedId = ctx.insert('note_section', { ...carried, review: 'edited' }, derivedId(later, 'subjective')).id;
    return { patientId, visit, section, carried: carriedId };
  });
}

function erase(laptop: Laptop, patientId: string, visit: string): string {
  return laptop.write('erasure.decide', (ctx) => {
    const targets = [{ entity: 'encounter', id: visit }];
    const { whole, quoting } = closureNow(closureOf(targets, null), (asked) => findRows(ctx.db, asked));
    const erased = whole.map(({ entity, row }) => ({ entity, id: row.id }));
    const { id } = ctx.insert('erasure', { patientId, basis: 'hpl-43', targets, decidedById: ctx.actor.userId, decidedAt: NOW, erased });
    eraseHere(ctx.db, erased, id);
    unquoteHere(
      ctx.db,
      quoting.map(({ entity, row }) => ({ entity, row: unquoted(entity, row) })),
    );
    return id;
  });
}

/** Every cell of every table that holds the word, plain or as base64, as `table.column`. */
function placesHere({ db }: Laptop, word: string): string[] {
  const found: string[] = [];
  const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").pluck().all() as string[];
  for (const table of tables)
    for (const row of db.prepare(`select * from "${table}"`).all() as Record<string, unknown>[])
      for (const [column, value] of Object.entries(row)) if (holds(String(value), word)) found.push(`${table}.${column}`);
  return [...new Set(found)];
}
const holds = (text: string, word: string): boolean =>
  text.includes(word) || text.includes(Buffer.from(word).toString('base64').slice(0, -3));

async function placesAtServer(word: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select table_name as name from information_schema.tables where table_schema = 'public'",
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const held = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from "${name}" t`);
      if (held.rows.some(({ row }) => holds(row, word))) found.push(name);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Tables in which a visit, or what hangs under it, still says something at the server: envelopes, and bodies in the feed. */
async function saidAtServer(visit: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    const under = ['note_section', 'diagnosis', 'red_flag_answer', 'amendment', 'letter'];
    const ids = [
      `select id from encounter where id = '${visit}'`,
      ...under.map((name) => `select id from ${name} where encounter_id = '${visit}'`),
    ];
    const parts = [
      ...['encounter', ...under].map(
        (name) => `select '${name}' as name from ${name} where id in (${ids.join(' union all ')}) and sealed is not null`,
      ),
      `select 'feed' from feed where id in (${ids.join(' union all ')}) and body is not null`,
    ];
    const { rows } = await client.query<{ name: string }>(`select distinct name from (${parts.join(' union all ')}) said`);
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

const has = (laptop: Laptop, id: string, entity: 'encounter' | 'patient' = 'encounter') =>
  laptop.db.prepare(`select count(*) from "${entity}" where id = ? and deleted = 0`).pluck().get(id) === 1;
const idle = async (): Promise<void> => {
  await drained(anna);
  await drained(bent);
  await drained(anna);
};

test('a signed visit is erased with all that hangs on it, from both laptops, the feed and the server; the trace says who, when and why', async () => {
  const { patientId, visit, carried } = signedVisit(CANARY);
  await idle();
  await until(
    () => has(bent, visit),
    (here) => here,
    'Bent has the visit',
  );
  expect(placesHere(bent, CANARY).length).toBeGreaterThan(5);
  expect(await saidAtServer(visit)).toEqual(expect.arrayContaining(['encounter', 'note_section', 'letter', 'feed']));
  // Without the trace nothing goes through the guards of what is signed.
  expect(() => anna.db.prepare('update encounter set signed_content = null where id = ?').run(visit)).toThrow('signed/immutable');
  await expect(
    server.asApp(
      `select ryggrad_erase('encounter', (select jsonb_agg(to_jsonb(e) || '{"deleted":true,"extra":{"erased":"${visit}"}}') from encounter e))`,
      clinic.id,
    ),
  ).rejects.toThrow('without its trace');

  const id = erase(anna, patientId, visit);
  await idle();
  await until(
    () => has(bent, visit),
    (here) => !here,
    'Bent has it no more',
  );
  expect(placesHere(anna, CANARY)).toEqual([]);
  expect(placesHere(bent, CANARY)).toEqual([]);
  expect(await saidAtServer(visit)).toEqual([]);
  expect(await placesAtServer(CANARY)).toEqual([]);
  // What only quoted it keeps its own words.
  expect(bent.db.prepare('select text, origin_text from note_section where id = ?').get(carried)).toEqual({
    text: 'omskrevet',
    origin_text: null,
  });
  for (const { db } of [anna, bent])
    expect(db.prepare('select basis, decided_by_id as who, decided_at as at from erasure where id = ?').get(id)).toEqual({
      basis: 'hpl-43',
      who: anna.actor.userId,
      at: NOW,
    });
  // Terminal, here and there, also for whoever could write the server's rows.
  bent.db.prepare("insert into replica values ('applying', '1')").run();
  expect(() => bent.db.prepare('update encounter set deleted = 0 where id = ?').run(visit)).toThrow('row/erased');
  bent.db.prepare("delete from replica where key = 'applying'").run();
  await expect(server.asApp(`update encounter set deleted = false where id = '${visit}'`, clinic.id)).rejects.toThrow('row/erased');
}, 60_000);

test('who writes on without knowing is refused: the words are sealed at the server and go from the laptop', async () => {
  const { patientId, visit } = signedVisit('FORSEGLET1');
  await idle();
  await until(
    () => has(bent, visit),
    (here) => here,
    'Bent has the visit',
  );
  await bent.engine().stop();
  const addition = bent.write('amendment.write', (ctx) =>
    ctx.insert('amendment', { encounterId: visit, kind: 'addition', text: 'SENTSKREVET', authorId: ctx.actor.userId }),
  );
  erase(anna, patientId, visit);
  await drained(anna);
  await bent.restart();
  await until(
    () => bent.engine().syncNow(),
    ({ pending, quarantined }) => pending === 0 && quarantined === 1,
    'the addition is refused',
  );
  await until(
    () => placesHere(bent, 'FORSEGLET1'),
    (places) => places.length === 0,
    'the visit is gone',
  );
  expect(placesHere(bent, 'SENTSKREVET')).toEqual([]);
  expect(await placesAtServer('SENTSKREVET')).toEqual([]);
  expect(bent.db.prepare('select code from outbox where row_id = ?').pluck().get(addition.id)).toBe('row/erased');
  // Whoever decided can read it, and nobody else.
  const asked = { method: 'POST', path: '/v1/held', body: { limit: 10 } };
  const answer = async (laptop: Laptop) =>
    JSON.stringify(await call(server.url, asked.method, asked.path, laptop.credential(), asked.body, proofHeaders(laptop.actor, asked)));
  expect(await answer(anna)).toContain('SENTSKREVET');
  expect(await answer(bent)).not.toContain('SENTSKREVET');
}, 60_000);

test('a colleague does not decide about another’s entry', async () => {
  const { patientId, visit } = signedVisit('IKKEDITT');
  await idle();
  await until(
    () => has(bent, visit),
    (here) => here,
    'Bent has the visit',
  );
  await bent.engine().stop();
  bent.write('erasure.decide', (ctx) => {
    const targets = [{ entity: 'encounter', id: visit }];
    return ctx.insert('erasure', { patientId, basis: 'hpl-43', targets, decidedById: ctx.actor.userId, decidedAt: NOW });
  });
  await bent.restart();
  await until(
    () => bent.engine().syncNow(),
    ({ pending, quarantined }) => pending === 0 && quarantined === 2,
    'the decision is refused',
  );
  expect(has(anna, visit)).toBe(true);
  expect(await saidAtServer(visit)).toContain('encounter');
}, 60_000);

test('neither a server put back to before nor a laptop that never forgot brings it back', async () => {
  const { patientId, visit } = signedVisit('GJENFERD');
  await idle();
  await until(
    () => has(bent, visit),
    (here) => here,
    'Bent has the visit',
  );
  await server.stop();
  await server.backUp();
  await server.start();
  erase(anna, patientId, visit);
  await idle();
  await until(
    () => has(bent, visit),
    (here) => !here,
    'Bent has it no more',
  );
  await server.stop();
  await server.restore();
  expect(await saidAtServer(visit)).toContain('encounter');
  await server.start();
  await until(
    async () => (await idle(), await saidAtServer(visit)),
    (places) => places.length === 0,
    'erased again at the server',
  );
  for (const laptop of [anna, bent]) {
    expect(placesHere(laptop, 'GJENFERD')).toEqual([]);
    expect(has(laptop, visit)).toBe(false);
  }
}, 120_000);

test('what was written in one run with what is erased goes up again to a server put back to before either', async () => {
  await idle();
  await server.stop();
  await server.backUp();
  await server.start();
  const { patientId, visit, carried } = signedVisit('IRAD');
  const beside = anna.write('patient.register', (ctx) => ctx.insert('patient', { givenName: 'Ola', familyName: 'Vedsiden' }).id);
  await idle();
  erase(anna, patientId, visit);
  const after = anna.write('patient.register', (ctx) => ctx.insert('patient', { givenName: 'Eva', familyName: 'Etterpå' }).id);
  await idle();
  await server.stop();
  await server.restore();
  await server.start();
  await until(
    async () => (await idle(), [beside, after].every((id) => has(bent, id, 'patient'))),
    (both) => both,
    'what stood beside the erased is at the server and with Bent again',
    60_000,
  );
  expect(await saidAtServer(visit)).toEqual([]);
  for (const laptop of [anna, bent]) {
    expect(placesHere(laptop, 'IRAD')).toEqual([]);
    expect(has(laptop, visit)).toBe(false);
  }
  // The text that quoted it was signed with the quotation: it is refused, kept word by word without it, and can be sent again.
  expect(anna.engine().status()).toMatchObject({ pending: 0, quarantined: 1 });
  const refused = anna.db
    .prepare('select row_id as id, code, "set" as words from outbox where state = \'quarantined\' and resolution is null')
    .all();
  expect(refused).toEqual([{ id: carried, code: 'actor/signature', words: expect.stringContaining('omskrevet') }]);
}, 120_000);
