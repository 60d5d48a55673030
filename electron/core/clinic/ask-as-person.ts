/** Asks the clinic's server in the name of who is in: with the laptop's credential, and the person's signature beside it (db/sync/proof.ts). */
import { err, type Result } from '#electron/contract/verb.ts';
import { readReplica } from '#db/sqlite/store.ts';
import type { z } from 'zod';
import type { CoreServices } from '../services.ts';
import { proofHeaders } from './proof.ts';
import { askServer } from './server-client.ts';

interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
}

/** Errors: session/closed, server/not-connected, and what the server or the line says. */
export async function askAsPerson<T>({ ports, clinic }: CoreServices, request: Asked, schema: z.ZodType<T>): Promise<Result<T>> {
  if (clinic === null) return err('session/closed');
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const { path, ...rest } = request;
  return askServer(ports, { ...rest, url: `${url}${path}`, credential, headers: proofHeaders(clinic.actor, request) }, schema);
}
