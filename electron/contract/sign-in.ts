/** Signing in on the page of a server that has Clerk or HelseID, for a laptop that is to join, or whose person is to be bound (helse-id.ts). */
import { z } from 'zod';
import { verb } from './verb.ts';

const serverUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .nullable();
const ASKED = ['net/unreachable', 'server/refused', 'sign-in/no-server'];
/** What a sign-in by HelseID may end in, before anybody knows whom it is about. */
const HELSEID = ['helseid/cancelled', 'helseid/unreachable', 'helseid/refused', 'helseid/claims'];
/** What it may be answered with where it is used. */
export const HELSEID_ERRORS = [
  'helseid/off',
  'helseid/not-bound',
  'helseid/several-clinics',
  'helseid/other-person',
  'helseid/level',
  'helseid/no-hpr',
  'helseid/other-hpr',
  'user/unknown',
];

export const signIn = {
  /** What that server offers; of the clinic that is open, where `serverUrl` is null. */
  'signIn.offers': verb<{ clerk: boolean; helseId: boolean }>()(z.object({ serverUrl }), ASKED),
  /** Listens for the browser, and asks for the page to be opened; where it cannot be, `url` is to be opened by hand. */
  'signIn.begin': verb<{ url: string }>()(z.object({ serverUrl, by: z.enum(['clerk', 'helseId']).optional() }), [
    ...ASKED,
    'sign-in/not-offered',
  ]),
  /** Answers when the browser has come back, with the code for `clinic.join` or `helseId.bind`. */
  'signIn.wait': verb<{ code: string }>()(z.object({}), ['sign-in/timed-out', 'sign-in/stopped', ...HELSEID]),
};
