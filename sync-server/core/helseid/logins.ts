/**
 * From the button to a ticket. The browser begins at our login page for a laptop that listens on its loopback, goes to HelseID, and comes back to our
 * callback; the laptop gets a one-time code that is worth something only with the verifier it keeps (as by Clerk, decision 0056).
 *
 * A login is bound to the browser by a cookie of its own: an address of somebody else's login, or one that was used, is refused (RFC 9700 § 4.7).
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { addLogin, addTicket, takeLogin, ticketOf } from '#db/postgres/queries/helseid.ts';
import type { Pool } from '#db/postgres/open.ts';
import { sha256 } from '../read-change.ts';
import { err, ok, type Result } from '../result.ts';
import { keysOf, type FactorDeps } from '../second-factor.ts';
import { seal, unseal } from '../sealed-secret.ts';
import { challengeOf, invitationHash, newInvitationCode, sameHash } from '../secrets.ts';
import { readIdentity, shownIdentity, type ShownIdentity } from './claims.ts';
import type { HelseIdClient } from './client.ts';

const LOGIN_MS = 10 * 60_000;
const TICKET_MS = 10 * 60_000;

/** The laptop that waits: on which port, and what it will know the answer by. Its address is always 127.0.0.1. */
export const waitingLaptop = z.strictObject({
  port: z.string().regex(/^(?:102[4-9]|10[3-9]\d|1[1-9]\d\d|[2-9]\d{3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/),
  state: z.string().regex(/^[\w-]{43}$/),
  challenge: z.string().regex(/^[\w-]{43}$/),
});
export type WaitingLaptop = z.infer<typeof waitingLaptop>;

const sealedLogin = z.object({ laptop: waitingLaptop, state: z.string(), nonce: z.string(), verifier: z.string() });

export interface LoginDeps extends FactorDeps {
  helseId: HelseIdClient;
}

const stateHash = (state: string) => sha256(`helseid-state:${state}`);
const browserHash = (cookie: string) => sha256(`helseid-browser:${cookie}`);

/** Each login has a cookie of its own: two in one browser do not disturb each other. `__Host-` where there is TLS: nobody else can set it. */
const cookieName = (state: string, isSafe: boolean) => `${isSafe ? '__Host-' : ''}helseid-${stateHash(state).slice(0, 16)}`;

/** Errors: those of `HelseIdClient.begin`. */
export async function beginLogin(deps: LoginDeps, laptop: WaitingLaptop): Promise<Result<{ url: string; cookie: string }>> {
  const { helseId, pool } = deps;
  const begun = await helseId.begin();
  if (!begun.ok) return begun;
  const { url, ...kept } = begun.value;
  const secret = randomBytes(32).toString('base64url');
  const now = deps.now();
  const hash = stateHash(kept.state);
  const sealed = seal(keysOf(deps), `helseid-login|${hash}`, JSON.stringify({ laptop, ...kept }));
  await addLogin(pool, hash, { browserHash: browserHash(secret), sealed, createdAt: now }, new Date(now.getTime() - LOGIN_MS));
  const isSafe = helseId.settings.redirectUri.startsWith('https:');
  const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${LOGIN_MS / 1000}${isSafe ? '; Secure' : ''}`;
  return ok({ url, cookie: `${cookieName(kept.state, isSafe)}=${secret}; ${flags}` });
}

/** What the browser is answered with: back to the laptop, with a code or with why not; undefined: this is nobody's login here. */
export async function finishLogin(
  deps: LoginDeps,
  query: string,
  cookies: string | undefined,
): Promise<{ laptop: string; cookie: string } | undefined> {
  const { helseId, pool } = deps;
  const given = new URLSearchParams(query).getAll('state');
  const [state] = given;
  if (state === undefined || given.length > 1 || state.length > 200) return undefined;
  const name = cookieName(state, helseId.settings.redirectUri.startsWith('https:'));
  const secret = cookieNamed(cookies, name);
  if (secret === undefined) return undefined;
  const hash = stateHash(state);
  const login = await takeLogin(pool, hash, browserHash(secret));
  if (login === undefined || deps.now().getTime() - login.createdAt.getTime() > LOGIN_MS) return undefined;
  const opened = unseal(keysOf(deps), `helseid-login|${hash}`, login.sealed);
  if (opened === undefined) return undefined;
  const { laptop, ...begun } = sealedLogin.parse(JSON.parse(opened));
  const code = await ticketFor(deps, query, begun, laptop);
  const answer = new URLSearchParams({ state: laptop.state, ...(code.ok ? { code: code.value } : { error: code.code }) });
  const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=0${name.startsWith('__Host-') ? '; Secure' : ''}`;
  return { laptop: `http://127.0.0.1:${laptop.port}/?${answer.toString()}`, cookie: `${name}=; ${flags}` };
}

async function ticketFor(
  deps: LoginDeps,
  query: string,
  begun: { state: string; nonce: string; verifier: string },
  { challenge }: WaitingLaptop,
): Promise<Result<string>> {
  const finished = await deps.helseId.finish(query, begun);
  if (!finished.ok) return finished;
  const identity = readIdentity(deps.helseId.settings.pidKey, finished.value.idToken, finished.value.userInfo);
  if (!identity.ok) return identity;
  const code = newInvitationCode();
  const codeHash = ticketHash(code);
  const now = deps.now();
  const sealed = seal(keysOf(deps), `helseid-ticket|${codeHash}`, JSON.stringify(identity.value));
  await addTicket(deps.pool, codeHash, { challenge, sealed, expiresAt: new Date(now.getTime() + TICKET_MS) }, now);
  return ok(code);
}

/** Typed like an invitation, and never the same. */
export const ticketHash = (code: string): string => sha256(`helseid-ticket:${invitationHash(code)}`);

export interface Ticket {
  codeHash: string;
  identity: ShownIdentity;
}

/** Whom a code stands for, with the verifier of the laptop that asked for it; it is not used up. Errors: join/code-unknown (also for a used one), join/code-expired. */
export async function readTicket(deps: FactorDeps & { pool: Pool }, code: string, verifier: string | undefined): Promise<Result<Ticket>> {
  const codeHash = ticketHash(code);
  const row = await ticketOf(deps.pool, codeHash);
  if (row === undefined || row.used || !sameHash(row.challenge, challengeOf(verifier ?? ''))) return err('join/code-unknown');
  if (row.expiresAt.getTime() < deps.now().getTime()) return err('join/code-expired');
  const opened = unseal(keysOf(deps), `helseid-ticket|${codeHash}`, row.sealed);
  return opened === undefined ? err('join/code-unknown') : ok({ codeHash, identity: shownIdentity.parse(JSON.parse(opened)) });
}

function cookieNamed(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at !== -1 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
