/**
 * Helfo's KUHR Krav API (navikt/kuhr-krav-api-dokumentasjon, read November 2026; a pilot): which practices an organisation has, handing in claims sealed for
 * Helfo's key alone (JWE, RSA-OAEP-256 with A256GCM), and what became of them. Nothing is tried a second time where it may have gone in.
 */
import { CompactEncrypt, importJWK, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';
import { readKravState } from '#db/rules/kuhr-state.ts';
import type { ClaimsDesk, HandedIn, Ports, Told } from '../kit.ts';
import type { HelfoConfig } from './config.ts';
import { openTokens } from './token.ts';

const KEY_MS = 3_600_000;
const PATHS = {
  key: '/kuhr/jwk',
  practices: '/kuhr/krav/v1/data/praksis',
  handIn: '/kuhr/krav/v1/process/sendinnbehandlerkravmelding',
  messages: '/kuhr/krav/v1/data/behandlerkravmelding',
} as const;

const jwkSchema = z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string(), kid: z.string().optional() });
/** The key itself, or a set that holds it. */
const keySchema = z.union([jwkSchema, z.object({ keys: z.array(jwkSchema).min(1) }).transform(({ keys }) => keys[0])]);
const practicesSchema = z.object({
  praksiser: z.array(
    z.object({
      praksisId: z.union([z.string(), z.number().transform(String)]),
      type: z.string().nullish(),
      status: z.string().nullish(),
      gyldigePerioder: z.array(z.object({ fraOgMedDato: z.iso.date(), tilOgMedDato: z.iso.date().nullish() })).nullish(),
    }),
  ),
});
const receiptSchema = z.object({
  behandlerkravmeldingId: z.string().max(64).nullish(),
  status: z.string(),
  feilmeldinger: z.array(z.object({ kode: z.string().nullish(), melding: z.string().nullish() })).nullish(),
});
const messagesSchema = z.object({
  behandlerkravmeldinger: z.array(
    z.object({
      behandlerkravmeldingId: z.string(),
      praksisId: z.union([z.string(), z.number().transform(String)]).nullish(),
      mottattidspunkt: z.string().nullish(),
    }),
  ),
});

export function openDesk(config: HelfoConfig, ports: Ports): ClaimsDesk {
  const tokens = openTokens(config, ports);
  let sealing: { at: number; key: Promise<Told<{ key: CryptoKey; kid: string | undefined }>> } | undefined;

  /** Asks once; once more where the token was not taken, or a nonce is wanted, for then nothing was read. */
  async function call(
    clinicId: string,
    path: string,
    init: { method: string; body?: string; headers?: Record<string, string> },
    begunBy?: Date,
  ): Promise<Told<Response>> {
    const organisation = config.clinics.get(clinicId);
    if (organisation === undefined) return { ok: false, code: 'helfo/not-registered' };
    const url = `${config.baseUrl}${path}`;
    let again: { nonce?: string; anew?: boolean } = {};
    for (let tries = 0; ; tries += 1) {
      const headers = await tokens.headers(organisation, { method: init.method, url }, again);
      if (!headers.ok) return headers;
      // Tokens and keys took their time, or the machine stood still: another may have it by now.
      if (begunBy !== undefined && ports.now().getTime() > begunBy.getTime()) return { ok: false, code: 'helfo/unreachable' };
      let response: Response;
      try {
        response = await fetch(url, {
          ...init,
          headers: { accept: 'application/json', ...init.headers, ...headers.value },
          redirect: 'error',
          signal: AbortSignal.timeout(config.timeoutMs),
        });
      } catch (error) {
        return { ok: false, code: neverConnected(error) ? 'helfo/unreachable' : 'helfo/no-answer' };
      }
      if (response.status !== 401 || tries > 0) return { ok: true, value: response };
      const nonce = response.headers.get('dpop-nonce');
      again = { anew: nonce === null, ...(nonce === null ? {} : { nonce }) };
      await response.body?.cancel().catch(() => {});
    }
  }

  async function read<T>(clinicId: string, path: string, parse: (value: unknown) => T | null): Promise<Told<T>> {
    const answered = await call(clinicId, path, { method: 'GET' });
    if (!answered.ok) return answered;
    const { value: response } = answered;
    if (!response.ok) return { ok: false, code: statusCode(response.status) };
    const value = parse(await response.json().catch(() => undefined));
    return value === null ? { ok: false, code: 'helfo/unreadable' } : { ok: true, value };
  }

  async function sealer(clinicId: string): Promise<Told<{ key: CryptoKey; kid: string | undefined }>> {
    if (sealing === undefined || performance.now() - sealing.at > KEY_MS) {
      const mine = { at: performance.now(), key: askKey(clinicId) };
      sealing = mine;
      if (!(await mine.key).ok && sealing === mine) sealing = undefined;
      return mine.key;
    }
    return sealing.key;
  }
  async function askKey(clinicId: string): Promise<Told<{ key: CryptoKey; kid: string | undefined }>> {
    const told = await read(clinicId, PATHS.key, (value) => keySchema.safeParse(value).data ?? null);
    if (!told.ok) return told;
    try {
      const jwk = { kty: 'RSA', n: told.value.n, e: told.value.e } satisfies JWK;
      const key = await importJWK(jwk, 'RSA-OAEP-256');
      if (key instanceof Uint8Array || Buffer.from(told.value.n, 'base64url').length < 256) return { ok: false, code: 'helfo/key' };
      return { ok: true, value: { key, kid: told.value.kid } };
    } catch {
      return { ok: false, code: 'helfo/key' };
    }
  }

  return {
    knows: (clinicId) => config.clinics.has(clinicId),
    practices: (clinicId) =>
      read(clinicId, PATHS.practices, (value) => {
        const said = practicesSchema.safeParse(value);
        return !said.success
          ? null
          : said.data.praksiser.map(({ praksisId, type, status, gyldigePerioder }) => ({
              praksisId,
              type: type ?? '',
              ok: status === 'ok',
              periods: (gyldigePerioder ?? []).map(({ fraOgMedDato, tilOgMedDato }) => ({ from: fraOgMedDato, to: tilOgMedDato ?? null })),
            }));
      }),
    async handIn(clinicId, body, begunBy): Promise<HandedIn> {
      const sealed = await sealer(clinicId);
      if (!sealed.ok) return { kind: 'busy', code: sealed.code };
      const { key, kid } = sealed.value;
      const jwe = await new CompactEncrypt(Buffer.from(body, 'utf8'))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
        .encrypt(key);
      const answered = await call(
        clinicId,
        PATHS.handIn,
        { method: 'POST', body: jwe, headers: { 'content-type': 'application/jose' } },
        begunBy,
      );
      if (!answered.ok) return answered.code === 'helfo/no-answer' ? { kind: 'unknown' } : { kind: 'busy', code: answered.code };
      const { value: response } = answered;
      const receipt = receiptSchema.safeParse(await response.json().catch(() => undefined));
      const { status } = response;
      if (receipt.success && receipt.data.status === 'feil_i_melding') return faulted(receipt.data.feilmeldinger ?? []);
      if (response.ok) {
        const helfoId = receipt.data?.behandlerkravmeldingId ?? '';
        // A yes that says no id is found again by what it holds.
        return receipt.data?.status === 'mottatt' && helfoId !== '' ? { kind: 'received', helfoId } : { kind: 'unknown' };
      }
      // Another key since: the next try seals for that one.
      if (status === 400 || status === 415 || status === 422) sealing = undefined;
      // A gateway that gave up waiting, or a conflict with what is there: it may have gone in.
      return status >= 400 && status < 500 && status !== 408 && status !== 409
        ? { kind: 'busy', code: statusCode(status) }
        : { kind: 'unknown' };
    },
    state: (clinicId, helfoId) => read(clinicId, `${PATHS.messages}/${encodeURIComponent(helfoId)}`, readKravState),
    handedIn: (clinicId) =>
      read(clinicId, PATHS.messages, (value) => {
        const said = messagesSchema.safeParse(value);
        return !said.success
          ? null
          : said.data.behandlerkravmeldinger.map(({ behandlerkravmeldingId, praksisId, mottattidspunkt }) => ({
              helfoId: behandlerkravmeldingId,
              praksisId: praksisId ?? '',
              // One without its time may be ours.
              receivedAt: new Date(Number.isNaN(Date.parse(mottattidspunkt ?? '')) ? ports.now() : (mottattidspunkt ?? '')),
            }));
      }),
  };
}

function faulted(faults: readonly { kode?: string | null | undefined; melding?: string | null | undefined }[]): HandedIn {
  if (faults.some(({ kode }) => kode === 'DUPLIKAT_KRAV')) return { kind: 'twice' };
  return { kind: 'refused', faults: faults.map(({ kode, melding }) => ({ code: kode ?? '', words: melding ?? '' })) };
}

function statusCode(status: number): string {
  if (status === 401 || status === 403) return 'helfo/forbidden';
  if (status === 404) return 'helfo/not-found';
  return status === 429 || status >= 500 ? 'helfo/unreachable' : 'helfo/not-taken';
}

/** Certain that nothing arrived: there was no connection. */
function neverConnected(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return (
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(code) ||
    /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)
  );
}
