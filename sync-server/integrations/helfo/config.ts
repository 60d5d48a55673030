/** The operator's variables for Helfo's KUHR Krav API. Off unless FEATURE_HELFO_ENABLED, these, and the clinic's own switch. */
import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const environment = {
  HELFO_BASE_URL: z.string().optional(),
  HELFO_AUTH: z.enum(['maskinporten', 'helseid']).optional(),
  HELFO_ISSUER: z.string().optional(),
  HELFO_CLIENT_ID: z.string().optional(),
  HELFO_PRIVATE_KEY: z.string().optional(),
  HELFO_ORGANISATION: z.string().optional(),
  HELFO_CLINICS: z.string().optional(),
  HELFO_TIMEOUT_MS: whole(1000, 120_000).default(30_000),
};
type Slice = z.output<z.ZodObject<typeof environment>>;

export interface HelfoConfig {
  baseUrl: string;
  auth: 'maskinporten' | 'helseid';
  issuer: string;
  clientId: string;
  key: { jwk: Readonly<Record<string, unknown>>; kid: string | undefined; alg: string };
  /** Whose client it is. */
  organisation: string;
  /** Clinic → organisation number. The operator's word: a clinic's own would let one claim in another's name. */
  clinics: ReadonlyMap<string, string>;
  timeoutMs: number;
}

const MUST = [
  'HELFO_BASE_URL',
  'HELFO_AUTH',
  'HELFO_ISSUER',
  'HELFO_CLIENT_ID',
  'HELFO_PRIVATE_KEY',
  'HELFO_ORGANISATION',
  'HELFO_CLINICS',
] as const;
const ORGANISATION = /^\d{9}$/;

/** Throws a sentence for the operator. */
export function configure(e: Slice): HelfoConfig | undefined {
  if (MUST.every((name) => e[name] === undefined)) return undefined;
  const missing = MUST.find((name) => e[name] === undefined || e[name] === '');
  const { HELFO_BASE_URL, HELFO_AUTH, HELFO_ISSUER, HELFO_CLIENT_ID, HELFO_PRIVATE_KEY, HELFO_ORGANISATION, HELFO_CLINICS } = e;
  if (
    missing !== undefined ||
    HELFO_BASE_URL === undefined ||
    HELFO_AUTH === undefined ||
    HELFO_ISSUER === undefined ||
    HELFO_CLIENT_ID === undefined ||
    HELFO_PRIVATE_KEY === undefined ||
    HELFO_ORGANISATION === undefined ||
    HELFO_CLINICS === undefined
  )
    throw new Error(`${missing ?? 'HELFO_BASE_URL'}: must be set beside the other HELFO_ variables.`);
  if (!isSafe(HELFO_BASE_URL)) throw new Error('HELFO_BASE_URL: must be https, such as https://api-preprod.helserefusjon.no.');
  if (!isSafe(HELFO_ISSUER)) throw new Error('HELFO_ISSUER: must be https, such as https://test.maskinporten.no/.');
  if (!ORGANISATION.test(HELFO_ORGANISATION)) throw new Error('HELFO_ORGANISATION: must be the nine digits of whose client it is.');
  const clinics = readClinics(HELFO_CLINICS);
  // A client at HelseID without a person is one organisation's (norway.md §2); Maskinporten knows delegation.
  if (HELFO_AUTH === 'helseid' && [...clinics.values()].some((number) => number !== HELFO_ORGANISATION))
    throw new Error('HELFO_CLINICS: by HelseID every clinic must be of HELFO_ORGANISATION; use Maskinporten for clinics that delegate.');
  return {
    baseUrl: HELFO_BASE_URL.replace(/\/+$/, ''),
    auth: HELFO_AUTH,
    issuer: HELFO_ISSUER,
    clientId: HELFO_CLIENT_ID,
    key: readKey(HELFO_PRIVATE_KEY, HELFO_AUTH),
    organisation: HELFO_ORGANISATION,
    clinics,
    timeoutMs: e.HELFO_TIMEOUT_MS,
  };
}

/** https; plain http on this machine alone. */
function isSafe(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === '127.0.0.1');
}

function readClinics(text: string): Map<string, string> {
  const clinics = new Map<string, string>();
  for (const one of text.split(',')) {
    const [clinicId = '', number = '', ...more] = one.trim().split(':');
    if (!z.uuid().safeParse(clinicId).success || !ORGANISATION.test(number) || more.length > 0 || clinics.has(clinicId.toLowerCase()))
      throw new Error('HELFO_CLINICS: must be CLINIC-ID:ORGANISATION-NUMBER, each clinic once, with commas between.');
    clinics.set(clinicId.toLowerCase(), number);
  }
  return clinics;
}

const jwkSchema = z.looseObject({
  kty: z.enum(['RSA', 'EC']),
  kid: z.string().min(1).max(200).optional(),
  alg: z.string().max(10).optional(),
  d: z.string().min(1),
});

function readKey(text: string, auth: HelfoConfig['auth']): HelfoConfig['key'] {
  const wrong = (why: string) => new Error(`HELFO_PRIVATE_KEY: ${why}.`);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw wrong('must be a private key as JWK');
  }
  const read = jwkSchema.safeParse(given);
  if (!read.success) throw wrong('must be a private RSA or EC key as JWK');
  const { kid, alg, ...jwk } = read.data;
  try {
    const key = createPrivateKey({ key: jwk as never, format: 'jwk' });
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw new Error('short');
  } catch {
    throw wrong('is no key, or an RSA key under 2048 bits');
  }
  // RS256 and its kin are all that Maskinporten takes (docs.digdir.no, JWT grant), and it knows a key by its kid.
  const allowed = auth === 'maskinporten' ? /^RS(256|384|512)$/ : /^(RS|PS|ES)(256|384|512)$/;
  const usual = read.data.kty === 'RSA' ? (auth === 'maskinporten' ? 'RS256' : 'PS256') : 'ES256';
  const signs = alg ?? usual;
  if (!allowed.test(signs) || (read.data.kty === 'EC') !== signs.startsWith('ES'))
    throw wrong('has an alg that does not fit it, or that is not taken there');
  if (auth === 'maskinporten' && kid === undefined) throw wrong('must have the kid that is registered at Maskinporten');
  return { jwk, kid, alg: signs };
}
