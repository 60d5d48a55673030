/** An app in tests: launched as a browser launches it, asking for tokens over HTTP; and its clinic. */
import type { FastifyInstance } from 'fastify';
import { createHash, randomBytes } from 'node:crypto';
import { request, type Laptop } from './test-clinic.ts';

export const BASE = 'http://sync.example.test/fhir/R4';
const HOST = 'sync.example.test';
export const REDIRECT = 'https://app.example.test/ferdig';
export const VERIFIER = randomBytes(32).toString('base64url');
export const challengeFor = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

export interface App {
  id: string;
  secret: string | null;
}

export async function addTestApp(app: FastifyInstance, admin: Laptop, changes: Record<string, unknown> = {}): Promise<App> {
  const body = {
    name: 'Testappen',
    kind: 'secret',
    redirectUris: [REDIRECT],
    launchUrl: 'https://app.example.test/start',
    scopes: 'openid fhirUser launch offline_access patient/*.rs patient/DocumentReference.c user/Practitioner.rs',
    ...changes,
  };
  const answer = await request(app, admin, 'POST', '/v1/apps', body);
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json<App>();
}

export interface Launched {
  launch: string;
  cookie: string;
}

/** What the laptop and its browser do; the app is handed iss and launch. */
export async function launchFor(
  app: FastifyInstance,
  laptop: Laptop,
  { id }: App,
  patientId: string,
  encounterId: string | null = null,
): Promise<Launched & { ticketUrl: string; iss: string }> {
  const begun = await request(app, laptop, 'POST', `/v1/apps/${id}/launch`, { patientId, encounterId });
  if (begun.statusCode !== 201) throw new Error(begun.body);
  const ticketUrl = new URL(begun.json<{ url: string }>().url);
  const opened = await browse(app, `${ticketUrl.pathname}${ticketUrl.search}`);
  if (opened.statusCode !== 303) throw new Error(opened.body);
  const to = new URL(String(opened.headers.location));
  const cookie = String(opened.headers['set-cookie']).split(';')[0] ?? '';
  return { launch: to.searchParams.get('launch') ?? '', iss: to.searchParams.get('iss') ?? '', cookie, ticketUrl: ticketUrl.href };
}

export const browse = (app: FastifyInstance, url: string, cookie?: string) =>
  app.inject({ method: 'GET', url, headers: { host: HOST, ...(cookie === undefined ? {} : { cookie }) } });

/** @returns where the browser is sent, and what it is told there */
export async function askForCode(
  app: FastifyInstance,
  { id }: App,
  { launch, cookie }: Launched,
  changes: Record<string, string | undefined> = {},
) {
  const asked = {
    response_type: 'code',
    client_id: id,
    redirect_uri: REDIRECT,
    scope: 'openid fhirUser launch offline_access patient/*.rs patient/DocumentReference.c',
    state: 'tilstand',
    nonce: 'engang',
    aud: BASE,
    launch,
    code_challenge: challengeFor(VERIFIER),
    code_challenge_method: 'S256',
    ...changes,
  };
  const given = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]));
  const answer = await browse(app, `/auth/smart/authorize?${new URLSearchParams(given).toString()}`, cookie);
  const to = answer.headers.location === undefined ? undefined : new URL(String(answer.headers.location));
  return { status: answer.statusCode, to, code: to?.searchParams.get('code') ?? '', error: to?.searchParams.get('error') ?? undefined };
}

export async function post(app: FastifyInstance, path: string, form: Record<string, string>, client?: App) {
  const basic =
    client === undefined || client.secret === null ? undefined : Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  return app.inject({
    method: 'POST',
    url: `/auth/smart/${path}`,
    headers: {
      host: HOST,
      'content-type': 'application/x-www-form-urlencoded',
      ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
    },
    payload: new URLSearchParams(form).toString(),
  });
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  scope: string;
  patient?: string;
  encounter?: string;
}

export const redeem = (app: FastifyInstance, client: App, code: string, changes: Record<string, string> = {}) =>
  post(app, 'token', { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER, ...changes }, client);

/** The whole way. */
export async function tokensFor(
  app: FastifyInstance,
  laptop: Laptop,
  client: App,
  patientId: string,
  { encounterId = null, ...changes }: { encounterId?: string | null } & Record<string, string | null | undefined> = {},
): Promise<Tokens> {
  const launched = await launchFor(app, laptop, client, patientId, encounterId);
  const { code } = await askForCode(app, client, launched, changes as Record<string, string>);
  const answer = await redeem(app, client, code);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json<Tokens>();
}

export const fhir = (app: FastifyInstance, token: string, method: 'GET' | 'POST', path: string, payload?: object) =>
  app.inject({
    method,
    url: `/fhir/R4${path}`,
    headers: {
      host: HOST,
      authorization: `Bearer ${token}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/fhir+json' }),
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
