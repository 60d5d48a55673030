/** Asks the server for what only a person may read, with their signature beside the laptop's credential (db/sync/proof.ts). */
import { err, type Result } from '#electron/contract/verb.ts';
import { readReplica } from '#db/sqlite/store.ts';
import type { z } from 'zod';
import { proofHeaders } from '../clinic/proof.ts';
import { askServer } from '../clinic/server-client.ts';
import type { CoreServices } from '../services.ts';

/** Errors: session/closed, server/not-connected, and what the server or the line says. */
export async function askAsPerson<T>(
  { ports, clinic }: CoreServices,
  path: string,
  body: unknown,
  schema: z.ZodType<T>,
): Promise<Result<T>> {
  if (clinic === null) return err('session/closed');
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return err('server/not-connected');
  const headers = proofHeaders(clinic.actor, { method: 'POST', path, body });
  return askServer(ports, { url: `${url}${path}`, method: 'POST', body, credential, headers }, schema);
}
