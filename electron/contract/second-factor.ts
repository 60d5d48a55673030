/** The second factor of the person who is in, kept by the clinic's server; an administrator may reset a colleague's. */
import { z } from 'zod';
import { verb } from './verb.ts';

export interface SecondFactorView {
  /** Whether the clinic has a server: without one there is nothing to sign in to. */
  connected: boolean;
  /** Since when the person who is in has one; null: they have none. */
  own: { since: string; recoveryCodesLeft: number } | null;
  /** For an administrator: who else has one. */
  others: string[];
}

const code = z.object({ code: z.string().trim().min(6).max(40) });
const NET = ['net/unreachable', 'server/not-connected'];
/** What a code may be answered with. */
export const CODE_ERRORS = ['session/second-factor-wrong', 'session/throttled'];

export const secondFactorArea = {
  'secondFactor.state': verb<SecondFactorView>()(z.object({}), NET),
  /** A new secret for one's own authenticator; `uri` is what the QR says. */
  'secondFactor.begin': verb<{ secret: string; uri: string }>()(z.object({}), [...NET, 'second-factor/on']),
  /** A first code: from now on the server asks for it. */
  'secondFactor.confirm': verb<{ recoveryCodes: string[] }>()(code, [
    ...NET,
    ...CODE_ERRORS,
    'second-factor/on',
    'second-factor/not-begun',
  ]),
  'secondFactor.newCodes': verb<{ recoveryCodes: string[] }>()(code, [...NET, ...CODE_ERRORS, 'second-factor/not-begun']),
  'secondFactor.off': verb<null>()(code, [...NET, ...CODE_ERRORS]),
  /** A colleague has lost telephone and codes. */
  'secondFactor.reset': verb<null>()(z.object({ userId: z.uuid() }), [...NET, 'user/unknown']),
};
