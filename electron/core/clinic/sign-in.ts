/** Signing in on the server's own page, in the system's browser: what comes back is a one-time code for this laptop, with which it joins (connect.ts). */
import { z } from 'zod';
import { readReplica } from '#db/sqlite/store.ts';
import { err, ok, type Result } from '#electron/contract/verb.ts';
import type { Ports } from '../ports.ts';
import type { CoreServices } from '../services.ts';
import { service } from '../use-case.ts';
import { listenOnLoopback, type Listening } from './loopback.ts';
import { askServer } from './server-client.ts';

interface Waiting {
  listening: Listening;
  serverUrl: string;
}
/** One at a time; a second takes the place of the first. */
const waiting = new WeakMap<Ports, Waiting>();
/** Codes that came, with what makes them worth something; gone with the process. */
const verifiers = new WeakMap<Ports, Map<string, string>>();

/** What the laptop that asked for this code keeps; undefined for a code that an administrator made. */
export const verifierOf = (ports: Ports, code: string): string | undefined => verifiers.get(ports)?.get(code);

const PAGES = { clerk: '/auth/clerk/sign-in', helseId: '/auth/helseid/login' } as const;

/** What a server offers: the one that is named, the open clinic's, or this installation's. */
async function offersOf(
  { ports, clinic }: CoreServices,
  serverUrl: string | null,
): Promise<Result<{ url: string; clerk: boolean; helseId: boolean }>> {
  const own = clinic === null ? undefined : readReplica(clinic.db, 'server-url');
  const url = (serverUrl ?? own ?? ports.defaultServerUrl)?.replace(/\/+$/, '') ?? null;
  if (url === null) return err('sign-in/no-server');
  const said = z.looseObject({ clerk: z.string().optional(), helseId: z.string().optional() });
  const ready = await askServer(ports, { url: `${url}/ready`, method: 'GET' }, said);
  return ready.ok ? ok({ url, clerk: ready.value.clerk === 'on', helseId: ready.value.helseId === 'on' }) : ready;
}

export const signInHandlers = [
  service(
    'signIn.offers',
    async (services, { serverUrl }) => {
      const offered = await offersOf(services, serverUrl);
      return offered.ok ? ok({ clerk: offered.value.clerk, helseId: offered.value.helseId }) : offered;
    },
    'any',
  ),
  service(
    'signIn.begin',
    async (services, { serverUrl, by = 'clerk' }) => {
      const { ports, emit } = services;
      const offered = await offersOf(services, serverUrl);
      if (!offered.ok) return offered;
      if (!offered.value[by]) return err('sign-in/not-offered');
      const { url } = offered.value;
      waiting.get(ports)?.listening.stop();
      const listening = await listenOnLoopback();
      waiting.set(ports, { listening, serverUrl: url });
      const page = `${url}${PAGES[by]}?${listening.query}`;
      emit({ type: 'open-sign-in', url: page });
      return ok({ url: page });
    },
    'any',
  ),
  service(
    'signIn.wait',
    async ({ ports }) => {
      const mine = waiting.get(ports);
      if (mine === undefined) return err('sign-in/stopped');
      const result = await mine.listening.done;
      if (waiting.get(ports) === mine) waiting.delete(ports);
      if (!result.ok) return result;
      const known = verifiers.get(ports) ?? new Map<string, string>();
      verifiers.set(ports, known.set(result.value, mine.listening.verifier));
      return ok({ code: `${mine.serverUrl}#${result.value}` });
    },
    'any',
  ),
];
