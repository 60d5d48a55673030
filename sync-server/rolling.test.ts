/**
 * A new version migrates while copies of the version before serve: every change that laptops bring them meanwhile and afterwards is taken, once, and what they
 * wait is bounded. "Later" is this version with a step more (a column, a table, an index) and other guards: expand, nothing taken away (decision 0091).
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '#db/postgres/migrate.ts';
import { openedRows } from './testing/opened.ts';
import {
  addColleague,
  changeOf,
  foundClinic,
  newEncounter,
  newPatient,
  newSection,
  pushRaw,
  request,
  type Laptop,
} from './testing/test-clinic.ts';
import { openTestCopies, type TestCopies } from './testing/test-copies.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';

const MIGRATIONS = path.join(import.meta.dirname, '..', 'db', 'migrations', 'postgres');

let database: TestDatabase;
let servers: TestCopies;
let admin: pg.Client;
let folder: string;
const laptops: Laptop[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  servers = await openTestCopies(database, 2);
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const chief = await foundClinic(servers.app);
  laptops.push(chief, await addColleague(servers.app, chief, ['PRACTITIONER']), await addColleague(servers.app, chief, ['PRACTITIONER']));
  folder = later();
});
afterAll(async () => {
  await admin?.end();
  await servers?.close();
  await database?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The migrations with a step more, as the next version would bring them. */
function later(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-later-'));
  fs.cpSync(MIGRATIONS, made, { recursive: true });
  const file = path.join(made, 'meta', '_journal.json');
  const journal = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[];
  };
  const last = journal.entries.at(-1);
  if (last === undefined) throw new Error('no migrations');
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_later' });
  fs.writeFileSync(file, JSON.stringify(journal));
  const steps = [
    'ALTER TABLE "patient" ADD COLUMN "later_field" text;',
    `ALTER TABLE "note_section" ADD COLUMN "later_flag" boolean DEFAULT false NOT NULL;`,
    'CREATE TABLE "later_thing" ("clinic_id" uuid NOT NULL, "id" uuid NOT NULL, PRIMARY KEY ("clinic_id", "id"));',
    'CREATE INDEX "later_index" ON "patient" ("clinic_id", "later_field");',
  ];
  fs.writeFileSync(path.join(made, '9999_later.sql'), steps.join('\n--> statement-breakpoint\n'));
  return made;
}
const LATER_GUARDS = `alter table later_thing enable row level security;
  do $$ begin create policy tenant on later_thing using (clinic_id = (select ryggrad_clinic())); exception when duplicate_object then null; end $$;`;

it('old copies take every change while the new version migrates, and afterwards', { timeout: 180_000 }, async () => {
  let over = false;
  const sent: string[] = [];
  const answers: number[] = [];
  let longest = 0;
  /** As a laptop does: what was not taken for now is brought again, the same changes at the same places. */
  const works = async (laptop: Laptop) => {
    for (let n = 0; !over || n < 3; n += 1) {
      const person = newPatient('Underveis');
      const visit = newEncounter(laptop, person.rowId);
      const changes = [person, visit, newSection(visit.rowId, 'Notat')].map((draft) => changeOf(laptop, draft));
      for (;;) {
        const begun = performance.now();
        const answer = await pushRaw(servers.app, laptop, changes);
        longest = Math.max(longest, performance.now() - begun);
        answers.push(answer.statusCode);
        if (answer.statusCode === 503) continue;
        expect(answer.statusCode, answer.body).toBe(200);
        expect(answer.json<{ outcomes: { outcome: string }[] }>().outcomes.map(({ outcome }) => outcome)).toEqual([
          'applied',
          'applied',
          'applied',
        ]);
        break;
      }
      sent.push(person.rowId);
    }
  };
  const load = Promise.all(laptops.map(works));
  await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(10);
  const before = sent.length;
  await migrate(database.ownerUrl, 'ryggrad_app', { folder, guards: LATER_GUARDS });
  const during = sent.length - before;
  await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThan(before + during + 10);
  over = true;
  await load;

  // It has really been migrated, under them.
  const { rows } = await admin.query<{ n: number }>(
    `select count(*)::int as n from information_schema.columns where column_name in ('later_field', 'later_flag')`,
  );
  expect(rows[0]?.n).toBe(2);
  const held = (await openedRows(servers.next().pool, (laptops[0] as Laptop).clinicId, 'patient')).map(({ id }) => id);
  expect(held.toSorted()).toEqual(sent.toSorted());
  expect(held.length).toBe(new Set(held).size);
  // A refusal for the moment is allowed, and no other; nobody waits as long as for a server that is down.
  expect([...new Set(answers)].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(longest).toBeLessThan(15_000);
});

it('afterwards old copies read as before: feed, bootstrap, digest, the log', async () => {
  for (const copy of servers.copies)
    for (const url of ['/v1/shape?table=feed&offset=-1', '/v1/bootstrap', '/v1/digest', '/v1/audit/anchor'])
      expect((await request(copy.app, laptops[0] as Laptop, 'GET', url)).statusCode, url).toBe(200);
});

it('a second start of the new version finds all done, and takes nothing from anybody', async () => {
  const begun = performance.now();
  await migrate(database.ownerUrl, 'ryggrad_app', { folder, guards: LATER_GUARDS });
  expect(performance.now() - begun).toBeLessThan(10_000);
});
