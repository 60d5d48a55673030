/**
 * `npm run digest`: one line per entity with rows and digest at a place in the feed, for a laptop's folder or for a
 * server. Two replicas that print the same lines hold the same record.
 *
 *   npm run digest -- --home DIR [--passphrase …]           a laptop; RYGGRAD_PASSPHRASE, or the demo clinic's own, without
 *   npm run digest -- --server URL --token …                a server, in the audience of the token
 *   npm run digest -- --server URL --email … --passphrase … the same, signing in first
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { EntityDigest } from '#db/sync/digest.ts';
import { laptopDigests } from './open-home.ts';

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    passphrase: { type: 'string' },
    clinic: { type: 'string' },
    server: { type: 'string' },
    token: { type: 'string' },
    email: { type: 'string' },
    audience: { type: 'string', default: 'clinical' },
  },
});

const answerSchema = z.object({ entities: z.array(z.object({ entity: z.string(), rows: z.int(), digest: z.string(), seq: z.int() })) });

async function serverDigests(url: string): Promise<EntityDigest[]> {
  const token = values.token ?? (await signIn(url));
  const response = await fetch(`${url}/v1/digest`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answers ${response.status}: is the token right?`);
  return answerSchema.parse(await response.json()).entities;
}

async function signIn(url: string): Promise<string> {
  const { email, passphrase } = values;
  if (email === undefined || passphrase === undefined) throw new Error('A server needs --token, or --email and --passphrase.');
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, passphrase }),
  });
  if (!response.ok) throw new Error(`${url} refuses the sign-in (${response.status}).`);
  return z.object({ accessToken: z.string() }).parse(await response.json()).accessToken;
}

/** The demo clinic's passphrase lies in its home: its patients are invented. */
function demoPassphrase(home: string): string {
  const file = join(home, 'demo.json');
  if (!existsSync(file)) throw new Error('A laptop opens with --passphrase …, or RYGGRAD_PASSPHRASE.');
  return z.object({ passphrase: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).passphrase;
}

async function main(): Promise<void> {
  const { home, passphrase, server, clinic, audience } = values;
  if ((home === undefined) === (server === undefined)) throw new Error('Give either --home DIR or --server URL --token ….');
  const digests =
    server !== undefined
      ? await serverDigests(server.replace(/\/$/, ''))
      : await laptopDigests({
          home: home ?? '',
          passphrase: passphrase ?? process.env['RYGGRAD_PASSPHRASE'] ?? demoPassphrase(home ?? ''),
          clinicId: clinic,
          audience: audience === 'desk' ? 'desk' : 'clinical',
        });
  for (const { entity, rows, digest, seq } of digests) process.stdout.write(`${entity} ${rows} ${digest} ${seq}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
