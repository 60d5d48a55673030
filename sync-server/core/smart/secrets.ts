/** What is handed out under SMART: 256 random bits each, stored as SHA-256 alone. Those that come without a client say the clinic they are of. */
import { createHash, randomBytes } from 'node:crypto';
import { UUID } from '../record-batch.ts';

type What = 'app' | 'ticket' | 'launch' | 'code' | 'access' | 'refresh' | 'browser' | 'assertion' | 'secret';

export const newSecret = (): string => randomBytes(32).toString('base64url');
/** By what it is for: a code is no token. */
export const hashOf = (what: What, text: string): string => createHash('sha256').update(`smart-${what}:${text}`, 'utf8').digest('hex');

export const newAccessToken = (clinicId: string): string => `rap_${clinicId}_${newSecret()}`;
export const newTicket = (clinicId: string): string => `rat_${clinicId}_${newSecret()}`;

/** Undefined for what is none. */
export function clinicIn(prefix: 'rap' | 'rat', text: string): string | undefined {
  const [, kind, clinicId = ''] = /^(rap|rat)_([0-9a-f-]{36})_[\w-]{43}$/.exec(text) ?? [];
  return kind === prefix && UUID.test(clinicId) ? clinicId : undefined;
}
