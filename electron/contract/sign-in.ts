/** Signing in on the page of a server that has Clerk, for a laptop that is to join. */
import { z } from 'zod';
import { verb } from './verb.ts';

export const signIn = {
  /** Listens for the browser, and asks for the page to be opened; where it cannot be, `url` is to be opened by hand. */
  'signIn.begin': verb<{ url: string }>()(
    z.object({
      serverUrl: z
        .url({ protocol: /^https?$/ })
        .max(500)
        .nullable(),
    }),
    ['net/unreachable', 'server/refused', 'sign-in/no-server', 'sign-in/not-offered'],
  ),
  /** Answers when the browser has come back, with the code for `clinic.join`. */
  'signIn.wait': verb<{ code: string }>()(z.object({}), ['sign-in/timed-out', 'sign-in/stopped']),
};
