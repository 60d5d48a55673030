/** Signing in on the server's own page, in the system's browser: what comes back is a one-time code for this laptop, with which it joins (connect.ts). */
import { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import type { Ports } from '../ports.ts';
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

export const signInHandlers = [
  service(
    'signIn.begin',
    async ({ ports, emit }, { serverUrl }) => {
      const url = (serverUrl ?? ports.defaultServerUrl)?.replace(/\/+$/, '') ?? null;
      if (url === null) return err('sign-in/no-server');
      const ready = await askServer(ports, { url: `${url}/ready`, method: 'GET' }, z.looseObject({ clerk: z.string().optional() }));
      if (!ready.ok) return ready;
      if (ready.value.clerk !== 'on') return err('sign-in/not-offered');
      waiting.get(ports)?.listening.stop();
      const listening = await listenOnLoopback();
      waiting.set(ports, { listening, serverUrl: url });
      const page = `${url}/auth/clerk/sign-in?${listening.query}`;
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
