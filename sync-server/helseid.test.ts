/** Signing in by HelseID, from the button to the device: whom it is bound to, and whom it never is. A real provider, real Postgres. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { addColleague, foundClinic, request, write, type Laptop } from './testing/test-clinic.ts';
import {
  codeOf,
  enrolBy,
  invitationFor,
  KARI,
  newVerifier,
  openHelseIdWorld,
  signIn,
  upToCallback,
  type HelseIdWorld,
} from './testing/helseid-world.ts';
import { testBrowser } from './testing/test-helseid.ts';

let world: HelseIdWorld;
let serial = 0;
beforeAll(async () => {
  world = await openHelseIdWorld();
});
afterAll(() => world?.close());

/** Somebody at the identity provider whom nobody here knows yet. */
function stranger(changes: Partial<typeof KARI> = {}): string {
  const name = `p${(serial += 1)}`;
  const pid = String(13_897_500_000 + serial);
  world.helseId.people.set(name, { ...KARI, pid, hprNumber: String(8_000_000 + serial), ...changes });
  return name;
}
const person = (id: string, clinicId = world.boss.clinicId) =>
  withClinic(world.server.pool, clinicId, async (tx) => {
    const { rows } = await tx.query<{ hpr: string | null; profession: string | null }>(
      'select hpr_number as hpr, profession from "user" where id = $1',
      [id],
    );
    return rows[0];
  });
const logOf = (userId: string) =>
  withClinic(world.server.pool, world.boss.clinicId, async (tx) => {
    const { rows } = await tx.query<{ verb: string; action: string; details: Record<string, unknown>; actor: string | null }>(
      'select verb, action, details, actor_id as actor from audit_event where subject_id = $1 and device_id = clinic_id order by n',
      [userId],
    );
    return rows;
  });
async function bound(roles: ('PRACTITIONER' | 'ASSISTANT' | 'ADMIN')[] = ['PRACTITIONER']): Promise<{ who: Laptop; name: string }> {
  const who = await addColleague(world.server.app, world.boss, roles);
  const name = stranger();
  const shown = await signIn(world, name);
  const invitation = await invitationFor(world.server, world.boss, who.userId);
  expect(codeOf(await enrolBy(world.server, { code: invitation, helseId: shown.code, verifier: shown.verifier }))).toBe(201);
  return { who, name };
}

describe('the first sign-in', () => {
  it('is bound by an administrator’s invitation: HPR number and profession come into the record, the next one needs no code', async () => {
    const who = await addColleague(world.server.app, world.boss, ['PRACTITIONER']);
    const name = stranger();
    const first = await signIn(world, name);
    expect(first.heard.origin).toBe('http://127.0.0.1:40123');
    // By itself it opens nothing: nobody is found by name or address.
    expect(codeOf(await enrolBy(world.server, { code: first.code, verifier: first.verifier }))).toBe('helseid/not-bound');
    const code = await invitationFor(world.server, world.boss, who.userId);
    const entered = await enrolBy(world.server, { code, helseId: first.code, verifier: first.verifier });
    expect(entered.statusCode).toBe(201);
    const hprNumber = world.helseId.people.get(name)?.hprNumber;
    expect(entered.json()).toMatchObject({ user: { id: who.userId, profession: 'KI', hprNumber } });
    expect(await person(who.userId)).toEqual({ hpr: hprNumber, profession: 'KI' });
    const again = await signIn(world, name);
    const second = await enrolBy(world.copy, { code: again.code, verifier: again.verifier });
    expect(second.json()).toMatchObject({ user: { id: who.userId } });
    expect(
      (await logOf(who.userId)).map(({ verb, action, details, actor }) => [verb, action, details['level'], details['by'], actor]),
    ).toEqual([
      ['helseid.bind', 'change', 4, undefined, who.userId],
      ['device.enrol', 'unlock', 4, 'helseid', who.userId],
      ['device.enrol', 'unlock', 4, 'helseid', who.userId],
    ]);
  });

  it('is bound at one’s own laptop too, by the person’s signature; a device alone cannot', async () => {
    const who = await addColleague(world.server.app, world.boss, ['ASSISTANT']);
    const shown = await signIn(world, stranger({ hprNumber: undefined as never, professions: [] }));
    const body = { code: shown.code, verifier: shown.verifier };
    expect(codeOf(await request(world.server.app, { credential: who.credential }, 'POST', '/v1/helseid/binding', body))).toBe(
      'actor/proof',
    );
    expect(codeOf(await request(world.server.app, who, 'POST', '/v1/helseid/binding', body))).toBe(204);
    const state = await request(world.server.app, who, 'GET', '/v1/helseid');
    expect(state.json()).toMatchObject({ on: true, required: false, people: [{ userId: who.userId, hprNumber: null, level: 4 }] });
    expect(await person(who.userId)).toEqual({ hpr: null, profession: null });
  });

  it('is refused without level 4, without the HPR number, with another HPR number than the record’s, for somebody else’s colleague', async () => {
    const cases = [
      ['helseid/level', stranger({ level: '3' })],
      ['helseid/no-hpr', stranger({ hprNumber: undefined as never, professions: [] })],
    ] as const;
    const who = await addColleague(world.server.app, world.boss, ['PRACTITIONER']);
    const code = await invitationFor(world.server, world.boss, who.userId);
    const tryWith = async (name: string, invitation = code) => {
      const shown = await signIn(world, name);
      return codeOf(await enrolBy(world.server, { code: invitation, helseId: shown.code, verifier: shown.verifier }));
    };
    for (const [refusal, name] of cases) expect([refusal, await tryWith(name)]).toEqual([refusal, refusal]);
    await write(world.server.app, world.boss, { entity: 'user', rowId: who.userId, set: { hprNumber: '1111111' } });
    expect(await tryWith(stranger())).toBe('helseid/other-hpr');
    // Bound to a colleague: not to another as well, and the colleague not to another person.
    const { who: taken, name } = await bound();
    await write(world.server.app, world.boss, { entity: 'user', rowId: who.userId, set: { hprNumber: null } });
    expect(await tryWith(name)).toBe('helseid/other-person');
    expect(await tryWith(stranger(), await invitationFor(world.server, world.boss, taken.userId))).toBe('helseid/other-person');
    expect((await logOf(who.userId)).map(({ action, details }) => [action, details['code']])).toEqual([
      ['refused', 'helseid/level'],
      ['refused', 'helseid/no-hpr'],
      ['refused', 'helseid/other-hpr'],
      ['refused', 'helseid/other-person'],
    ]);
    // None of it used the invitation up.
    expect(await tryWith(stranger())).toBe(201);
  });

  it('two people at once with one invitation, two invitations at once for one person: one is bound', async () => {
    const who = await addColleague(world.server.app, world.boss, ['PRACTITIONER']);
    const other = await addColleague(world.server.app, world.boss, ['PRACTITIONER']);
    const code = await invitationFor(world.server, world.boss, who.userId);
    const name = stranger();
    const shown = [await signIn(world, stranger()), await signIn(world, stranger()), await signIn(world, name)];
    const answers = await Promise.all(
      shown.map(({ code: helseId, verifier }, n) => enrolBy(n % 2 === 0 ? world.server : world.copy, { code, helseId, verifier })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    const [a, b] = [await signIn(world, stranger({ pid: '13897599999' })), await signIn(world, stranger({ pid: '13897599999' }))];
    const codes = [await invitationFor(world.server, world.boss, other.userId), await invitationFor(world.server, world.boss, who.userId)];
    const both = await Promise.all(
      [a, b].map(({ code: helseId, verifier }, n) => enrolBy(world.server, { code: codes[n], helseId, verifier })),
    );
    expect(both.filter(({ statusCode }) => statusCode === 201).length).toBeLessThanOrEqual(1);
    expect(both.every(({ statusCode }) => statusCode < 500)).toBe(true);
  });
});

describe('a code', () => {
  it('is worth something once, to the laptop that asked for it, for ten minutes', async () => {
    const { name } = await bound();
    const shown = await signIn(world, name);
    expect(codeOf(await enrolBy(world.server, { code: shown.code }))).toBe('join/code-unknown');
    expect(codeOf(await enrolBy(world.server, { code: shown.code, verifier: newVerifier() }))).toBe('join/code-unknown');
    expect(codeOf(await enrolBy(world.server, shown))).toBe('request/malformed');
    const { code, verifier } = shown;
    const answers = await Promise.all([enrolBy(world.server, { code, verifier }), enrolBy(world.copy, { code, verifier })]);
    expect(answers.map(codeOf).sort()).toEqual([201, 'join/code-unknown']);
    expect(codeOf(await enrolBy(world.server, { code, verifier }))).toBe('join/code-unknown');
    const late = await signIn(world, name);
    world.server.time.now = new Date(Date.now() + 11 * 60_000);
    expect(codeOf(await enrolBy(world.server, { code: late.code, verifier: late.verifier }))).toBe('join/code-expired');
    world.server.time.now = new Date();
  });

  it('opens a session with its level, which signing out ends at once on every copy', async () => {
    const { who, name } = await bound();
    const { code, verifier } = await signIn(world, name);
    const opened = await request(world.server.app, undefined, 'POST', '/v1/sessions/helseid', { code, verifier });
    expect(opened.json()).toMatchObject({ expiresIn: 900, user: { id: who.userId } });
    const session = { credential: opened.json<{ accessToken: string }>().accessToken };
    expect(codeOf(await request(world.copy.app, session, 'GET', '/v1/digest'))).toBe(200);
    expect(codeOf(await request(world.server.app, session, 'DELETE', '/v1/sessions/helseid'))).toBe(204);
    for (const { app } of [world.server, world.copy]) expect(codeOf(await request(app, session, 'GET', '/v1/digest'))).toBe('auth/invalid');
    expect((await logOf(who.userId)).slice(-2).map(({ verb, details }) => [verb, details['by']])).toEqual([
      ['session.open', 'helseid'],
      ['session.close', 'helseid'],
    ]);
  });

  it('of somebody at two clinics does not say which: an invitation does', async () => {
    const { name } = await bound();
    const second = await foundClinic(world.server.app);
    const there = await addColleague(world.server.app, second, ['PRACTITIONER']);
    const shown = await signIn(world, name);
    const code = await invitationFor(world.server, second, there.userId);
    expect(codeOf(await enrolBy(world.server, { code, helseId: shown.code, verifier: shown.verifier }))).toBe(201);
    const again = await signIn(world, name);
    expect(codeOf(await enrolBy(world.server, { code: again.code, verifier: again.verifier }))).toBe('helseid/several-clinics');
  });

  it('of a colleague who left, or whose binding was removed, opens nothing; sessions by it are over', async () => {
    const { who, name } = await bound();
    const { code, verifier } = await signIn(world, name);
    const opened = await request(world.server.app, undefined, 'POST', '/v1/sessions/helseid', { code, verifier });
    const session = { credential: opened.json<{ accessToken: string }>().accessToken };
    const remove = (by: Laptop) => request(world.server.app, by, 'POST', `/v1/helseid/bindings/${who.userId}/remove`);
    expect(codeOf(await remove(who))).toBe('role/forbidden');
    expect(codeOf(await remove(world.boss))).toBe(204);
    expect(codeOf(await request(world.server.app, session, 'GET', '/v1/devices'))).toBe('auth/invalid');
    const later = await signIn(world, name);
    expect(codeOf(await enrolBy(world.server, { code: later.code, verifier: later.verifier }))).toBe('helseid/not-bound');
    const { who: gone, name: left } = await bound();
    await write(world.server.app, world.boss, { entity: 'user', rowId: gone.userId, set: { active: false } });
    const after = await signIn(world, left);
    expect(codeOf(await enrolBy(world.server, { code: after.code, verifier: after.verifier }))).toBe('user/unknown');
  });
});

describe('what is left behind', () => {
  it('the pid stands nowhere: not in the database, not in an answer, not in what the log is told', async () => {
    const { who, name } = await bound();
    const pid = world.helseId.people.get(name)?.pid ?? '';
    const dumped = await withClinic(world.server.pool, world.boss.clinicId, async (tx) => {
      const { rows: tables } = await tx.query<{ name: string }>(
        `select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and has_table_privilege(c.oid, 'select')`,
      );
      let text = '';
      for (const { name: table } of tables) {
        const { rows } = await tx.query<{ row: string }>(`select t::text as row from "${table}" t`);
        text += rows.map(({ row }) => row).join('\n');
      }
      return text;
    });
    expect(dumped).toContain(who.userId);
    expect(dumped).not.toContain(pid);
    const { browser, callback } = await upToCallback(world, name, testBrowser());
    const answer = await browser.get(callback);
    expect([...answer.headers.values(), callback, await answer.text()].join('\n')).not.toContain(pid);
    expect(JSON.stringify(world.warnings)).not.toContain(pid);
  });

  it('without HelseID its pages are nowhere, and /ready says so', async () => {
    const { openTestServer } = await import('./testing/test-server.ts');
    const plain = await openTestServer(world.database);
    for (const path of ['login?port=40123&state=x&challenge=y', 'callback', 'logout'])
      expect([400, 404]).toContain((await plain.app.inject(`/auth/helseid/${path}`)).statusCode);
    expect(codeOf(await plain.app.inject('/auth/helseid/callback'))).toBe('helseid/off');
    expect((await plain.app.inject('/ready')).json()).toMatchObject({ helseId: 'off' });
    expect((await world.server.app.inject('/ready')).json()).toMatchObject({ helseId: 'on' });
    await plain.close();
  });
});
