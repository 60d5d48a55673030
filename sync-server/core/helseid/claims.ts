/**
 * What HelseID says of a person, read out of a proven ID token and userinfo. Names of claims: utviklerportal.nhn.no, HelseID, "Claims"; the form of
 * `hpr_details` as NAV's own clients read it.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';

export const SCOPES = [
  'openid',
  'helseid://scopes/identity/pid',
  'helseid://scopes/identity/security_level',
  'helseid://scopes/hpr/hpr_number',
].join(' ');

const PID = 'helseid://claims/identity/pid';
const LEVEL = 'helseid://claims/identity/security_level';
const HPR_NUMBER = 'helseid://claims/hpr/hpr_number';
const HPR_DETAILS = 'helseid://claims/hpr/hpr_details';

/** Somebody as HelseID knows them; nothing of it says who, but for the hash. */
export const shownIdentity = z.object({
  pidHash: z.string().length(64),
  level: z.int().min(1).max(4),
  hprNumber: z.string().nullable(),
  /** Volven 9060, such as KI. */
  profession: z.string().nullable(),
});
export type ShownIdentity = z.infer<typeof shownIdentity>;

const hprNumber = z
  .union([z.string(), z.number().transform(String)])
  .refine((text) => /^\d{1,9}$/.test(text))
  .nullish();
const fromToken = z.looseObject({
  [PID]: z.string().regex(/^\d{11}$/),
  [LEVEL]: z.union([z.enum(['1', '2', '3', '4']).transform(Number), z.int().min(1).max(4)]),
  [HPR_NUMBER]: hprNumber,
});
const details = z.looseObject({
  hpr_number: hprNumber,
  approvals: z.array(z.looseObject({ profession: z.string().max(10) })).max(50),
});
/** It comes as an object, and as its text. */
const fromUserInfo = z.looseObject({
  [HPR_DETAILS]: z.preprocess((value) => (typeof value === 'string' ? parsed(value) : value), details.nullish()),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** HMAC-SHA256, hex: equal for one person at every sign-in, and says nothing without the operator's key. */
export const pidHash = (key: Uint8Array, pid: string): string =>
  createHmac('sha256', key).update(`ryggrad helseid pid\n${pid}`).digest('hex');

/** Errors: helseid/claims, when what a person is known by is not there. */
export function readIdentity(pidKey: Uint8Array, idToken: unknown, userInfo: unknown): Result<ShownIdentity> {
  const token = fromToken.safeParse(idToken);
  const info = fromUserInfo.safeParse(userInfo);
  if (!token.success || !info.success) return err('helseid/claims');
  const told = info.data[HPR_DETAILS] ?? undefined;
  const number = token.data[HPR_NUMBER] ?? told?.hpr_number ?? null;
  // Two numbers for one person: neither is believed.
  if (number !== (told?.hpr_number ?? number)) return err('helseid/claims');
  const professions = (told?.approvals ?? []).map(({ profession }) => profession);
  return ok({
    pidHash: pidHash(pidKey, token.data[PID]),
    level: token.data[LEVEL],
    hprNumber: number,
    profession: number === null ? null : (professions.find((one) => one === 'KI') ?? professions[0] ?? null),
  });
}
