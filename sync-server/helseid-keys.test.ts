/** Exchanging the client's key at NHN without anybody being locked out; and what is said of the organisation. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHelseId } from './core/helseid/client.ts';
import { newVerifier, openHelseIdWorld, signIn, waiting, type HelseIdWorld } from './testing/helseid-world.ts';

let world: HelseIdWorld;
beforeAll(async () => {
  world = await openHelseIdWorld({ kids: ['ny', 'gammel'] });
});
afterAll(() => world?.close());

it('the newest key that is registered is used: the older until the new one is there, the new one when the older is gone', async () => {
  world.helseId.register(['gammel']);
  expect(await signIn(world, 'kari')).toMatchObject({ error: null });
  expect(world.helseId.seen.kids.at(-1)).toBe('gammel');
  expect(world.warnings).toContainEqual({ code: 'helseid/key' });
  world.helseId.register(['ny', 'gammel']);
  expect(await signIn(world, 'kari')).toMatchObject({ error: null });
  // It goes on with what HelseID took last.
  expect(world.helseId.seen.kids.at(-1)).toBe('gammel');
  world.helseId.register(['ny']);
  expect(await signIn(world, 'kari')).toMatchObject({ error: null });
  expect(world.helseId.seen.kids.at(-1)).toBe('ny');
  world.helseId.register([]);
  const { query } = waiting(newVerifier());
  expect((await fetch(`${world.url}/auth/helseid/login?${query}`, { redirect: 'manual' })).status).toBe(502);
  expect(world.warnings.at(-1)).toEqual({ code: 'helseid/refused', reason: 'invalid_client' });
  world.helseId.register(['ny']);
  expect(await signIn(world, 'kari')).toMatchObject({ error: null });
});

it.each([
  [
    { parent: undefined, child: '987654321' },
    { system: 'urn:oid:2.16.578.1.12.4.1.2.101', type: 'ENH', value: '987654321' },
  ],
  [
    { parent: '123456789', child: '987654321' },
    { system: 'urn:oid:1.0.6523', type: 'ENH', value: 'NO:ORGNR:123456789:987654321' },
  ],
])('the organisation stands inside the assertion: %o', async (organisation, identifier) => {
  const client = openHelseId({ ...world.helseId.settings, organisation }, { log: { warn: () => {} } });
  expect((await client.begin()).ok).toBe(true);
  expect(world.helseId.seen.assertions.at(-1)?.['authorization_details']).toEqual([
    { type: 'helseid_authorization', practitioner_role: { organization: { identifier } } },
  ]);
});

it('signing out at HelseID carries nothing that says who', async () => {
  const answer = await world.server.app.inject('/auth/helseid/logout');
  const to = new URL(String(answer.headers.location));
  expect([answer.statusCode, to.origin, to.pathname]).toEqual([303, world.helseId.issuer, '/connect/endsession']);
  expect([...to.searchParams.keys()]).toEqual(['client_id']);
});
