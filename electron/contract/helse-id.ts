/** Who is who by HelseID, kept by the clinic's server; and whether the clinic asks for it. */
import { z } from 'zod';
import { HELSEID_ERRORS } from './sign-in.ts';
import { verb } from './verb.ts';

export interface HelseIdBinding {
  userId: string;
  hprNumber: string | null;
  /** Volven 9060. */
  profession: string | null;
  /** 3 or 4, of the last sign-in. */
  level: number;
  boundAt: string;
  lastAt: string;
}
export interface HelseIdView {
  connected: boolean;
  /** Whether the server has HelseID. */
  on: boolean;
  /** Charts are read over the network only by who has shown level 4. */
  required: boolean;
  /** When level 4 was shown at this machine. */
  shownAt: string | null;
  own: HelseIdBinding | null;
  /** For an administrator: who else is bound. */
  others: HelseIdBinding[];
}

const NET = ['net/unreachable', 'server/not-connected'];

export const helseIdArea = {
  'helseId.state': verb<HelseIdView>()(z.object({}), NET),
  /** With the code of `signIn.wait`: this is me, and this machine has shown the level. */
  'helseId.bind': verb<null>()(z.object({ code: z.string().trim().min(4).max(500) }), [
    ...NET,
    ...HELSEID_ERRORS,
    'join/code-unknown',
    'join/code-expired',
  ]),
  /** The session that the browser may still have there; ours is another, and stays. @returns the page, which the system's browser is sent to */
  'helseId.signOut': verb<{ url: string }>()(z.object({}), NET),
  'helseId.unbind': verb<null>()(z.object({ userId: z.uuid() }), [...NET, 'user/unknown']),
  'helseId.require': verb<null>()(z.object({ required: z.boolean() }), [...NET, 'helseid/off', 'helseid/show-first']),
};
