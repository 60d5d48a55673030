/**
 * Helfo's KUHR Krav API and whoever gives tokens for it, over HTTP, for tests. Grants are judged as Maskinporten and HelseID judge them, the JWE is opened with the
 * only key that can, the body is read by Helfo's own form, and what is refused is quoted. The control and the payment come when the test says so.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify, EmbeddedJWK, type CryptoKey, type JWK } from 'jose';
import { kravSchema, type Krav } from '#db/rules/kuhr.ts';

export type HelfoMood =
  | 'well'
  /** It is taken in, and the answer never comes. */
  | 'lost'
  /** It never comes in, and neither does an answer. */
  | 'hangs'
  | 'broken'
  | 'broken-after'
  | 'throttled'
  | 'forbidden'
  | 'garbage'
  | 'faulty'
  | 'token-refused'
  | 'token-broken'
  | 'closed';

export interface FakeMessage {
  id: string;
  organisation: string;
  krav: Krav;
  body: string;
  receivedAt: Date;
  checked: boolean;
  payment: 'ikke_sendt_til_utbetaling' | 'utbetalt' | 'ingen_utbetaling';
  /** guid → why it was rejected; the others are accepted. */
  rejected: Map<string, string>;
  /** Kroner paid; what was accepted unless the test says otherwise. */
  paid: number | undefined;
}
export interface FakeHelfo {
  url: string;
  environment: Record<string, string>;
  /** All that came for Helfo itself, as it came and opened. */
  asked: string[];
  messages: FakeMessage[];
  practices: { praksisId: string; type: string; status: string; from: string; to: string | null }[];
  mood: HelfoMood;
  /** Organisations that have delegated to the client's. */
  delegated: Set<string>;
  tokens: number;
  grants: Record<string, unknown>[];
  /** The control has looked at it, and the money has gone out. */
  check(message: FakeMessage, rejected?: ReadonlyMap<string, string>): void;
  pay(message: FakeMessage, kroner?: number): void;
  close(): Promise<void>;
}

const ORGANISATION = '999888777';

export async function openFakeHelfo(
  now: () => Date,
  { auth = 'maskinporten', clinics = {} }: { auth?: 'maskinporten' | 'helseid'; clinics?: Readonly<Record<string, string>> } = {},
): Promise<FakeHelfo> {
  const client = await generateKeyPair(auth === 'maskinporten' ? 'RS256' : 'PS256', { extractable: true });
  const sealing = await generateKeyPair('RSA-OAEP-256', { extractable: true });
  const kid = randomUUID();
  const held = new Map<string, { organisation: string; jkt: string | undefined; until: number }>();
  const seen = new Set<string>();
  const fake: FakeHelfo = {
    url: '',
    environment: {},
    asked: [],
    messages: [],
    practices: [{ praksisId: '1000005649', type: 'KINO', status: 'ok', from: '2020-01-01', to: null }],
    mood: 'well',
    delegated: new Set(),
    tokens: 0,
    grants: [],
    check(message, rejected = new Map()) {
      message.checked = true;
      message.rejected = new Map(rejected);
    },
    pay(message, kroner) {
      message.payment = acceptedOf(message) === 0 && kroner === undefined ? 'ingen_utbetaling' : 'utbetalt';
      message.paid = kroner;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      answer(request, response, raw).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const issuer = auth === 'maskinporten' ? `${fake.url}/` : fake.url;
  const signingAlg = auth === 'maskinporten' ? 'RS256' : 'PS256';
  fake.environment = {
    FEATURE_HELFO_ENABLED: 'true',
    HELFO_BASE_URL: fake.url,
    HELFO_AUTH: auth,
    HELFO_ISSUER: issuer,
    HELFO_CLIENT_ID: 'ryggrad-test',
    HELFO_PRIVATE_KEY: JSON.stringify({ ...(await exportJWK(client.privateKey)), kid: 'k1', alg: signingAlg }),
    HELFO_ORGANISATION: ORGANISATION,
    HELFO_CLINICS: Object.entries(clinics)
      .map((pair) => pair.join(':'))
      .join(','),
    HELFO_TIMEOUT_MS: '1000',
  };

  async function answer(request: http.IncomingMessage, response: http.ServerResponse, raw: string): Promise<void> {
    const reply = (status: number, value: unknown, headers: http.OutgoingHttpHeaders = {}) =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    const path = request.url ?? '';
    if (path.startsWith('/.well-known/'))
      return reply(200, { issuer, token_endpoint: `${fake.url}/token`, grant_types_supported: ['client_credentials'] });
    if (path === '/token') return token(request, raw, reply);
    if (fake.mood === 'closed') return void response.destroy();
    const organisation = await whoseToken(request, reply);
    if (organisation === undefined) return;
    if (fake.mood === 'forbidden') return reply(403, { melding: raw });
    if (path === '/kuhr/jwk') return reply(200, { ...(await exportJWK(sealing.publicKey)), kid, use: 'enc', alg: 'RSA-OAEP-256' });
    if (path === '/kuhr/krav/v1/data/praksis')
      return reply(200, {
        praksiser: fake.practices.map(({ praksisId, type, status, from, to }) => ({
          ...{ praksisId, navn: 'Test Praksis', orgnr: organisation, type, status },
          gyldigePerioder: [{ fraOgMedDato: from, tilOgMedDato: to }],
        })),
      });
    if (path === '/kuhr/krav/v1/process/sendinnbehandlerkravmelding' && request.method === 'POST')
      return handIn(organisation, raw, { reply, response });
    const mine = fake.messages.filter((message) => message.organisation === organisation);
    if (path === '/kuhr/krav/v1/data/behandlerkravmelding') return reply(200, { behandlerkravmeldinger: mine.map(overview) });
    const one = mine.find(({ id }) => path === `/kuhr/krav/v1/data/behandlerkravmelding/${id}`);
    return one === undefined ? reply(404, { melding: 'ukjent' }) : reply(200, details(one));
  }

  async function token(
    request: http.IncomingMessage,
    raw: string,
    reply: (status: number, value: unknown, headers?: http.OutgoingHttpHeaders) => void,
  ): Promise<void> {
    const form = new URLSearchParams(raw);
    const refuse = (text: string, headers?: http.OutgoingHttpHeaders) =>
      reply(400, { error: headers === undefined ? 'invalid_grant' : 'use_dpop_nonce', error_description: `${text}: ${raw}` }, headers);
    if (fake.mood === 'token-broken') return reply(503, { error: raw });
    if (fake.mood === 'token-refused') return refuse('MP-100');
    const signed = form.get(auth === 'maskinporten' ? 'assertion' : 'client_assertion') ?? '';
    const read = await jwtVerify(signed, client.publicKey, {
      audience: issuer,
      issuer: 'ryggrad-test',
      algorithms: [signingAlg],
      currentDate: now(),
    }).catch(() => undefined);
    if (read === undefined) return refuse('MP-110');
    const { payload, protectedHeader } = read;
    const lives = Number(payload.exp) - Number(payload.iat);
    if (protectedHeader.kid !== 'k1' || lives > (auth === 'maskinporten' ? 120 : 60) || payload.jti === undefined || seen.has(payload.jti))
      return refuse('MP-120');
    seen.add(payload.jti);
    fake.grants.push(payload);
    let organisation = ORGANISATION;
    let jkt: string | undefined;
    if (auth === 'maskinporten') {
      const known = new Set(['aud', 'iss', 'iat', 'exp', 'jti', 'scope', 'consumer_org']);
      if (
        form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer' ||
        payload['scope'] !== 'nav:kuhr/krav' ||
        Object.keys(payload).some((name) => !known.has(name))
      )
        return refuse('Invalid assertion');
      if (payload['consumer_org'] !== undefined) organisation = String(payload['consumer_org']);
      if (organisation !== ORGANISATION && !fake.delegated.has(organisation)) return refuse('MP-201');
    } else {
      if (
        form.get('grant_type') !== 'client_credentials' ||
        form.get('scope') !== 'hdir:kuhr-krav-api/krav' ||
        payload.sub !== 'ryggrad-test'
      )
        return refuse('invalid_client');
      const proof = await dpop(request, `${fake.url}/token`, undefined);
      if (proof === undefined) return refuse('invalid_dpop_proof');
      if (proof.nonce !== 'n1') return refuse('use_dpop_nonce', { 'dpop-nonce': 'n1' });
      jkt = proof.jkt;
    }
    const access = randomUUID();
    fake.tokens += 1;
    held.set(access, { organisation, jkt, until: now().getTime() + 120_000 });
    reply(200, { access_token: access, token_type: auth === 'maskinporten' ? 'Bearer' : 'DPoP', expires_in: 119 });
  }

  /** RFC 9449: the proof's own key, the request it is for, and never twice. */
  async function dpop(
    request: http.IncomingMessage,
    url: string,
    access: string | undefined,
  ): Promise<{ jkt: string; nonce: unknown } | undefined> {
    const read = await jwtVerify(String(request.headers['dpop'] ?? ''), EmbeddedJWK as never, {
      typ: 'dpop+jwt',
      currentDate: now(),
    }).catch(() => undefined);
    const { createHash } = await import('node:crypto');
    const ath = access === undefined ? undefined : createHash('sha256').update(access).digest('base64url');
    if (read === undefined || read.payload['htm'] !== request.method || read.payload['htu'] !== url || read.payload['ath'] !== ath)
      return undefined;
    if (read.payload.jti === undefined || seen.has(read.payload.jti)) return undefined;
    seen.add(read.payload.jti);
    const jwk = read.protectedHeader.jwk as JWK;
    return { jkt: `${jwk.x}.${jwk.y}`, nonce: read.payload['nonce'] };
  }

  async function whoseToken(request: http.IncomingMessage, reply: (status: number, value: unknown) => void): Promise<string | undefined> {
    const [scheme, access = ''] = (request.headers.authorization ?? '').split(' ');
    const mine = held.get(access);
    const proof = auth === 'helseid' ? await dpop(request, `${fake.url}${request.url ?? ''}`, access) : undefined;
    if (
      mine === undefined ||
      mine.until < now().getTime() ||
      scheme !== (auth === 'helseid' ? 'DPoP' : 'Bearer') ||
      mine.jkt !== proof?.jkt
    ) {
      reply(401, { melding: 'ugyldig token' });
      return undefined;
    }
    return mine.organisation;
  }

  async function handIn(
    organisation: string,
    raw: string,
    { reply, response }: { reply(status: number, value: unknown): void; response: http.ServerResponse },
  ): Promise<void> {
    fake.asked.push(raw);
    if (fake.mood === 'throttled') return reply(429, { melding: raw });
    if (fake.mood === 'broken') return reply(503, { melding: raw });
    if (fake.mood === 'hangs') return;
    const header = decodeProtectedHeader(raw);
    const id = randomUUID();
    const refuse = (kode: string, melding: string) =>
      reply(400, { behandlerkravmeldingId: id, status: 'feil_i_melding', feilmeldinger: [{ kode, melding }] });
    if (header.alg !== 'RSA-OAEP-256' || header.enc !== 'A256GCM' || header.kid !== kid) return refuse('UKJENT_FORMAT', 'Feil kryptering');
    const opened = await compactDecrypt(raw, sealing.privateKey as CryptoKey).catch(() => undefined);
    if (opened === undefined) return refuse('UKJENT_FORMAT', 'Kan ikke dekrypteres');
    const body = Buffer.from(opened.plaintext).toString('utf8');
    fake.asked.push(body);
    const krav = kravSchema.safeParse(JSON.parse(body));
    if (!krav.success || fake.mood === 'faulty') return refuse('UKJENT_FELT', `Ukjent felt i JSON: ${body.slice(0, 400)}`);
    if (!fake.practices.some(({ praksisId }) => praksisId === krav.data.praksisId))
      return refuse('UKJENT_PRAKSISID', 'Oppgitt praksisId finnes ikke for helseaktøren');
    if (fake.messages.some((one) => one.organisation === organisation && one.body === body))
      return refuse('DUPLIKAT_KRAV', 'Meldingen er identisk med en tidligere melding');
    const receivedAt = now();
    fake.messages.push({
      ...{ id, organisation, body, receivedAt },
      krav: krav.data,
      checked: false,
      payment: 'ikke_sendt_til_utbetaling',
      rejected: new Map(),
      paid: undefined,
    });
    if (fake.mood === 'lost') return void response.destroy();
    if (fake.mood === 'broken-after') return reply(502, { melding: body });
    if (fake.mood === 'garbage') return void response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>${body}</html>`);
    reply(200, { behandlerkravmeldingId: id, status: 'mottatt' });
  }

  const acceptedOf = ({ krav, rejected }: FakeMessage): number =>
    krav.behandlerkrav.regninger.reduce((sum, { guid, belop }) => sum + (rejected.has(guid) ? 0 : Math.round(belop * 100)), 0) / 100;
  const overview = (message: FakeMessage) => ({
    behandlerkravmeldingId: message.id,
    meldingsstatus: message.checked ? 'ferdig_behandlet' : 'mottatt',
    kontrollstatus: message.checked ? 'ferdig_kontrollert' : 'kontrolleres',
    utbetalingsstatus: message.payment,
    praksisId: message.krav.praksisId,
    mottattidspunkt: message.receivedAt.toISOString().replace(/\.\d+Z$/, '+00:00'),
    sumKravbelop: message.krav.behandlerkrav.belop,
    sumUtbetaltbelop: message.payment === 'utbetalt' ? (message.paid ?? acceptedOf(message)) : null,
    antallRegninger: message.krav.behandlerkrav.antallRegninger,
  });
  const details = (message: FakeMessage) => ({
    ...overview(message),
    innsending: {
      regninger: message.krav.behandlerkrav.regninger.map(({ guid, regningsnummer }) => {
        const why = message.rejected.get(guid);
        const status = !message.checked ? 'til_kontroll' : why === undefined ? 'godkjent' : 'avvist';
        return { status, guid, regningsnummer, merknader: why === undefined ? [] : [{ nummer: 470, tekst: why }] };
      }),
      merknader: [],
    },
    vedtak: {
      utbetaling:
        message.payment === 'utbetalt'
          ? {
              belop: message.paid ?? acceptedOf(message),
              utbetaltdato: now().toISOString().slice(0, 10),
              kontonr: '15032080119',
              kid: null,
            }
          : { belop: null, utbetaltdato: null, kontonr: null, kid: null },
      merknader: [],
    },
  });
  return fake;
}
