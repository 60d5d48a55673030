/** What HelseID's profile refuses of a client, and what we refuse of an answer: each variant over real HTTP, with the good one beside it. */
import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openHelseIdWorld, signIn, upToCallback, waiting, newVerifier, type HelseIdWorld } from './testing/helseid-world.ts';
import { testBrowser, type Spoil } from './testing/test-helseid.ts';

let world: HelseIdWorld;
beforeAll(async () => {
  world = await openHelseIdWorld();
});
afterAll(() => world?.close());
afterEach(() => {
  world.helseId.spoil.with = undefined;
  world.helseId.spoil.status = undefined;
});

const count = async (table: 'helseid_login' | 'helseid_ticket') =>
  Number((await world.server.pool.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n);

/** What is undefined is not written. */
const without =
  (name: string): Spoil =>
  (claims) => ({ claims: { ...claims, [name]: undefined } });

describe('what goes to HelseID', () => {
  it('is pushed, with S256, an assertion of ten seconds for the issuer, and prompt=login; the browser carries an address of it alone', async () => {
    const { query } = waiting(newVerifier());
    const answer = await testBrowser().get(`${world.url}/auth/helseid/login?${query}`);
    const to = new URL(answer.headers.get('location') ?? '');
    expect([...to.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect(answer.headers.get('set-cookie')).toMatch(/^helseid-[0-9a-f]{16}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
    await testBrowser().get(to.href);
    expect(world.helseId.seen.authorizations.at(-1)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      prompt: 'login',
      redirect_uri: `${world.url}/auth/helseid/callback`,
      scope: expect.not.stringContaining('profile') as string,
    });
    const assertion = world.helseId.seen.assertions.at(-1) ?? {};
    expect(assertion).toMatchObject({ iss: 'ryggrad-test', sub: 'ryggrad-test', aud: world.helseId.issuer });
    expect(Number(assertion['exp']) - Number(assertion['iat'])).toBe(10);
    expect(assertion).not.toHaveProperty('authorization_details');
  });
});

describe('the profile refuses', () => {
  const key = () => world.helseId.key('ny');
  const par = () => `${world.helseId.issuer}/connect/par`;
  const token = () => `${world.helseId.issuer}/connect/token`;
  async function assertion(changes: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'ryggrad-test',
      sub: 'ryggrad-test',
      aud: world.helseId.issuer,
      jti: randomBytes(16).toString('hex'),
      iat: now,
      nbf: now,
      exp: now + 10,
    };
    return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'PS256', kid: 'ny' }).sign(await importJWK(key(), 'PS256'));
  }
  const challengeFor = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
  const verifier = newVerifier();
  const wanted = () => ({
    response_type: 'code',
    redirect_uri: `${world.url}/auth/helseid/callback`,
    scope: 'openid helseid://scopes/identity/pid',
    state: 's',
    nonce: 'n',
    prompt: 'login',
    code_challenge: challengeFor(verifier),
    code_challenge_method: 'S256',
  });
  const post = (address: string, fields: Record<string, string>, dpop?: string) =>
    fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(dpop === undefined ? {} : { dpop }) },
      body: new URLSearchParams(fields),
    });
  const asClient = async (fields: Record<string, string>, client_assertion?: string) => ({
    ...fields,
    client_id: 'ryggrad-test',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: client_assertion ?? (await assertion()),
  });
  const errorOf = async (response: Response) => (response.ok ? response.status : ((await response.json()) as { error: string }).error);

  async function codeFrom(): Promise<string> {
    const pushed = (await (await post(par(), await asClient(wanted()))).json()) as { request_uri: string };
    const browser = testBrowser();
    const until = (next: string) => next.startsWith(world.url);
    const address = `${world.helseId.issuer}/connect/authorize?client_id=ryggrad-test&request_uri=${encodeURIComponent(pushed.request_uri)}`;
    const page = await browser.follow(address, until);
    const back = await browser.follow(`${page.address}?who=kari`, until);
    return new URL(back.address).searchParams.get('code') ?? '';
  }

  it('a request that is not pushed, one without PKCE or with plain', async () => {
    const direct = new URL(`${world.helseId.issuer}/connect/authorize`);
    direct.search = new URLSearchParams({ client_id: 'ryggrad-test', ...wanted() }).toString();
    const browser = testBrowser();
    const { address } = await browser.follow(direct.href, (next) => next.startsWith(world.url));
    expect(new URL(address).searchParams.get('error')).toBe('invalid_request');
    const { code_challenge: challenge, code_challenge_method: method, ...bare } = wanted();
    expect([challenge, method]).not.toContain(undefined);
    expect(await errorOf(await post(par(), await asClient(bare)))).toBe('invalid_request');
    expect(await errorOf(await post(par(), await asClient({ ...wanted(), code_challenge_method: 'plain' })))).toBe('invalid_request');
    expect(await errorOf(await post(par(), await asClient(wanted())))).toBe(201);
  });

  it('an assertion that lives long, is shown twice, is for another, or is none', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const changes of [{ exp: now + 600 }, { aud: par() }, { iss: 'another' }, { exp: now - 60 }, { jti: undefined }])
      expect(await errorOf(await post(par(), await asClient(wanted(), await assertion(changes))))).toBe('invalid_client');
    const once = await assertion();
    expect(await errorOf(await post(par(), await asClient(wanted(), once)))).toBe(201);
    expect(await errorOf(await post(par(), await asClient(wanted(), once)))).toBe('invalid_client');
    expect(await errorOf(await post(par(), { ...wanted(), client_id: 'ryggrad-test' }))).toBe('invalid_client');
    expect(await errorOf(await post(par(), { ...wanted(), client_id: 'ryggrad-test', client_secret: 'x' }))).toBe('invalid_client');
  });

  it('a token call without DPoP, with another nonce, for another address, and a proof shown twice', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwk: JWK = await exportJWK(pair.publicKey);
    const proof = (changes: Record<string, unknown>) =>
      new SignJWT({ jti: randomBytes(16).toString('hex'), htm: 'POST', htu: token(), ...changes })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .setIssuedAt()
        .sign(pair.privateKey);
    const fields = async (code: string) =>
      asClient({ grant_type: 'authorization_code', code, redirect_uri: `${world.url}/auth/helseid/callback`, code_verifier: verifier });
    const bare = await codeFrom();
    expect(await errorOf(await post(token(), await fields(bare)))).toBe('invalid_grant');
    expect(world.helseId.seen.refused.at(-1)).toMatch(/DPoP proof JWT not provided/i);
    const asked = await post(token(), await fields(await codeFrom()), await proof({}));
    const nonce = asked.headers.get('dpop-nonce') ?? '';
    expect(await errorOf(asked)).toBe('use_dpop_nonce');
    expect(await errorOf(await post(token(), await fields(await codeFrom()), await proof({ nonce: 'another' })))).toBe('use_dpop_nonce');
    expect(await errorOf(await post(token(), await fields(await codeFrom()), await proof({ nonce, htu: par() })))).toBe(
      'invalid_dpop_proof',
    );
    expect(await errorOf(await post(token(), await fields(await codeFrom()), await proof({ nonce, htm: 'GET' })))).toBe(
      'invalid_dpop_proof',
    );
    const once = await proof({ nonce });
    const tokens = await post(token(), await fields(await codeFrom()), once);
    const { token_type: type, access_token: access } = (await tokens.json()) as { token_type: string; access_token: string };
    expect([tokens.status, type]).toEqual([200, 'DPoP']);
    expect(await errorOf(await post(token(), await fields(await codeFrom()), once))).toBe('invalid_grant');
    expect(world.helseId.seen.refused.at(-1)).toMatch(/DPoP proof JWT Replay detected/i);
    // A token that was carried off is no use without the key.
    const userinfo = `${world.helseId.issuer}/connect/userinfo`;
    for (const scheme of ['Bearer', 'DPoP'])
      expect((await fetch(userinfo, { headers: { authorization: `${scheme} ${access}` } })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('we refuse', () => {
  const now = Math.floor(Date.now() / 1000);
  const spoils: [string, Spoil][] = [
    ['another issuer', (claims) => ({ claims: { ...claims, iss: 'https://helseid-sts.evil.example' } })],
    ['no issuer', without('iss')],
    ['another audience', (claims) => ({ claims: { ...claims, aud: 'another-client' } })],
    ['two audiences without azp', (claims) => ({ claims: { ...claims, aud: ['ryggrad-test', 'another-client'] } })],
    ['another nonce', (claims) => ({ claims: { ...claims, nonce: 'n' } })],
    ['no nonce', without('nonce')],
    ['expired', (claims) => ({ claims: { ...claims, iat: now - 900, exp: now - 600 } })],
    ['no end', without('exp')],
    ['not yet', (claims) => ({ claims: { ...claims, nbf: now + 600 } })],
    ['alg none', () => ({ alg: 'none' })],
    ['RS512, with the right key', () => ({ alg: 'RS512' })],
    ['PS256, with the right key', () => ({ alg: 'PS256' })],
    ['signed by another key', () => ({ foreignKey: true })],
    ['another subject than userinfo’s', (claims) => ({ claims: { ...claims, sub: 'ola' } })],
    ['no subject', without('sub')],
  ];
  it.each(spoils)('an ID token: %s', async (_, spoil) => {
    const before = await count('helseid_ticket');
    world.helseId.spoil.with = spoil;
    const { error, code } = await signIn(world, 'kari');
    expect([error, code]).toEqual(['helseid/refused', '']);
    expect(await count('helseid_ticket')).toBe(before);
  });
  it.each<[string, Spoil]>([
    ['no pid', without('helseid://claims/identity/pid')],
    ['a pid that is none', (claims) => ({ claims: { ...claims, 'helseid://claims/identity/pid': '1389751248' } })],
    ['no level', without('helseid://claims/identity/security_level')],
    ['a level that is none', (claims) => ({ claims: { ...claims, 'helseid://claims/identity/security_level': 'high' } })],
    ['another HPR number than userinfo says', (claims) => ({ claims: { ...claims, 'helseid://claims/hpr/hpr_number': '1234567' } })],
  ])('claims: %s', async (_, spoil) => {
    world.helseId.spoil.with = spoil;
    expect((await signIn(world, 'kari')).error).toBe('helseid/claims');
  });
  it('and takes the same sign-in unspoilt', async () => {
    expect(await signIn(world, 'kari')).toMatchObject({ error: null });
  });

  it('a callback twice, in another browser, without a state, with another’s state, with two', async () => {
    const { callback, browser } = await upToCallback(world, 'kari');
    const other = await upToCallback(world, 'kari');
    const before = await count('helseid_ticket');
    // The address got into another browser: refused, and the right one still goes on.
    expect((await testBrowser().get(callback)).status).toBe(400);
    expect((await other.browser.get(callback)).status).toBe(400);
    // Also with a cookie of the right name: it is what stands in it that counts.
    const [[name = ''] = []] = browser.jar.get(world.url) ?? [];
    const forged = await fetch(callback, { redirect: 'manual', headers: { cookie: `${name}=${newVerifier()}` } });
    expect([name.slice(0, 8), forged.status]).toEqual(['helseid-', 400]);
    const bare = new URL(callback);
    bare.searchParams.delete('state');
    expect((await browser.get(bare.href)).status).toBe(400);
    expect((await browser.get(`${callback}&state=${new URL(other.callback).searchParams.get('state')}`)).status).toBe(400);
    expect(await count('helseid_ticket')).toBe(before);
    const first = await browser.get(callback);
    expect(new URL(first.headers.get('location') ?? '').searchParams.get('code')).not.toBeNull();
    expect((await browser.get(callback)).status).toBe(400);
    expect(await count('helseid_ticket')).toBe(before + 1);
  });

  it('a code that was put into somebody else’s callback', async () => {
    const attacker = await upToCallback(world, 'kari');
    const victim = await upToCallback(world, 'kari');
    const injected = new URL(victim.callback);
    injected.searchParams.set('code', new URL(attacker.callback).searchParams.get('code') ?? '');
    const answer = await victim.browser.get(injected.href);
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('helseid/refused');
  });

  it('an answer of another issuer (mix-up), and says so when somebody thinks better of it', async () => {
    const { callback, browser } = await upToCallback(world, 'kari');
    const mixed = new URL(callback);
    mixed.searchParams.set('iss', 'https://helseid-sts.evil.example');
    const answer = await browser.get(mixed.href);
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('helseid/refused');
    expect((await signIn(world, '')).error).toBe('helseid/cancelled');
  });

  it('to send anybody anywhere but to this machine', async () => {
    const good = waiting(newVerifier());
    const [challenge] = /challenge=[\w-]+/.exec(good.query) ?? [];
    const bad = [
      `port=80&state=${good.state}&${challenge}`,
      `port=65536&state=${good.state}&${challenge}`,
      `port=40123@evil.example&state=${good.state}&${challenge}`,
      `port=40123/..//evil.example&state=${good.state}&${challenge}`,
      `port=40123.evil.example&state=${good.state}&${challenge}`,
      `port=%20 40123&state=${good.state}&${challenge}`,
      `port=40123&port=40124&state=${good.state}&${challenge}`,
      `port=40123&state=${good.state}%26x&${challenge}`,
      `port=40123&state=${good.state}`,
      `${good.query}&host=evil.example`,
      `${good.query}&redirect_uri=https://evil.example`,
    ];
    for (const query of bad)
      expect([query, (await testBrowser().get(`${world.url}/auth/helseid/login?${query}`)).status]).toEqual([query, 400]);
    const { heard } = await signIn(world, 'kari');
    expect(heard.origin).toBe('http://127.0.0.1:40123');
    expect([...heard.searchParams.keys()].sort()).toEqual(['code', 'state']);
  });

  it('to wait for a HelseID that is away: the page says so, nothing is left behind', async () => {
    const before = await count('helseid_login');
    world.helseId.spoil.status = 503;
    const { query } = waiting(newVerifier());
    const answer = await testBrowser().get(`${world.url}/auth/helseid/login?${query}`);
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('HelseID svarer ikke') as string]);
    expect(await count('helseid_login')).toBe(before);
    world.helseId.spoil.status = undefined;
    const { callback, browser } = await upToCallback(world, 'kari');
    world.helseId.spoil.status = 503;
    const late = await browser.get(callback);
    expect(new URL(late.headers.get('location') ?? '').searchParams.get('error')).toBe('helseid/unreachable');
  });
});
