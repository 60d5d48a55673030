/** What an administrator does with the apps of the clinic. Registering one is the clinic's consent to it; every change stands in the log. */
import { createLocalJWKSet } from 'jose';
import { v7 } from 'uuid';
import { readClinic, withClinic, type Pool, type Tx } from '#db/postgres/open.ts';
import { addToDirectory, personById } from '#db/postgres/queries/people.ts';
import { addApp, appsOf, changeApp, setSmartSwitches, smartSwitches, type AppRow } from '#db/postgres/queries/smart.ts';
import type { Principal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';
import { actorOf } from '../second-factor.ts';
import { logOnServer } from '../server-log.ts';
import { areScopes } from './scopes.ts';
import { hashOf, newSecret } from './secrets.ts';

export interface AppDeps {
  pool: Pool;
  now(): Date;
}
const MOST_APPS = 30;

export interface AppsListed {
  api: boolean;
  apps: boolean;
  list: { id: string; name: string; kind: AppRow['kind']; redirectUris: string[]; launchUrl: string; scopes: string; enabled: boolean }[];
}

/** All for an administrator; for others those that can be launched. */
export async function listApps({ pool }: AppDeps, { clinicId, roles }: Principal): Promise<AppsListed> {
  return readClinic(pool, clinicId, async (tx) => {
    const { api, apps } = await smartSwitches(tx, clinicId);
    const all = await appsOf(tx, clinicId);
    const shown = roles.includes('ADMIN') ? all : all.filter(({ enabled }) => enabled && api && apps);
    return {
      api,
      apps,
      list: shown.map(({ id, name, kind, redirectUris, launchUrl, scopes, enabled }) => ({
        id,
        name,
        kind,
        redirectUris,
        launchUrl,
        scopes,
        enabled,
      })),
    };
  });
}

/** https; on this machine http too (RFC 8252 § 7.3). No fragment, nothing that stands for several addresses. */
export function isAppAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || text.includes('#') || text.includes('*')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && (url.hostname === '127.0.0.1' || url.hostname === 'localhost'));
}

export interface AppGiven {
  name: string;
  kind: AppRow['kind'];
  redirectUris: string[];
  launchUrl: string;
  scopes: string;
  jwks?: { keys: Record<string, unknown>[] } | undefined;
}

function problemWith({ redirectUris = [], launchUrl, scopes }: Partial<AppGiven>): string | undefined {
  if ([...redirectUris, ...(launchUrl === undefined ? [] : [launchUrl])].some((url) => !isAppAddress(url))) return 'app/address';
  return scopes !== undefined && !areScopes(scopes) ? 'app/scopes' : undefined;
}

/** @returns the client id, and the secret, told this once. Errors: app/address, app/scopes, app/keys, app/too-many */
export async function registerApp(deps: AppDeps, who: Principal, given: AppGiven): Promise<Result<{ id: string; secret: string | null }>> {
  const problem = problemWith(given);
  if (problem !== undefined) return err(problem);
  if ((given.kind === 'key') !== (given.jwks !== undefined) || !areKeys(given.jwks)) return err('app/keys');
  const { pool, now } = deps;
  const { clinicId, userId } = who;
  const id = v7();
  const secret = given.kind === 'secret' ? newSecret() : null;
  return withClinic(pool, clinicId, async (tx): Promise<Result<{ id: string; secret: string | null }>> => {
    if ((await appsOf(tx, clinicId)).length >= MOST_APPS) return err('app/too-many');
    const secretHash = secret === null ? null : hashOf('secret', secret);
    const row = { ...given, id, jwks: given.jwks ?? null, enabled: true, secretHash, createdById: userId, createdAt: now() };
    await addApp(tx, clinicId, row);
    await addToDirectory(tx, 'app', hashOf('app', id), clinicId);
    await logged(deps, tx, who, 'app.add', { id, name: given.name, scopes: given.scopes });
    return ok({ id, secret });
  });
}

/** Public keys that somebody could sign for; a private one was not meant to come here. */
function areKeys(jwks: AppGiven['jwks']): boolean {
  if (jwks === undefined) return true;
  if (jwks.keys.length === 0 || jwks.keys.some((key) => 'd' in key || 'k' in key || (key['kty'] !== 'RSA' && key['kty'] !== 'EC')))
    return false;
  try {
    createLocalJWKSet(jwks as never);
    return true;
  } catch {
    return false;
  }
}

/** Errors: app/unknown, app/address, app/scopes */
export async function setApp(
  deps: AppDeps,
  who: Principal,
  id: string,
  change: { [K in 'name' | 'launchUrl' | 'scopes']?: string | undefined } & {
    redirectUris?: string[] | undefined;
    enabled?: boolean | undefined;
    deleted?: true;
  },
): Promise<Result<null>> {
  const { launchUrl, scopes, redirectUris } = change;
  const problem = problemWith({
    ...(launchUrl === undefined ? {} : { launchUrl }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(redirectUris === undefined ? {} : { redirectUris }),
  });
  if (problem !== undefined) return err(problem);
  return withClinic(deps.pool, who.clinicId, async (tx) => {
    if (!(await changeApp(tx, who.clinicId, id, change))) return err('app/unknown');
    await logged(deps, tx, who, change.deleted === true ? 'app.remove' : 'app.set', { id, ...change });
    return ok(null);
  });
}

/** The old one is worth nothing from now on. Errors: app/unknown, also of an app that has none. */
export async function renewSecret(deps: AppDeps, who: Principal, id: string): Promise<Result<{ secret: string }>> {
  const secret = newSecret();
  return withClinic(deps.pool, who.clinicId, async (tx): Promise<Result<{ secret: string }>> => {
    if (!(await changeApp(tx, who.clinicId, id, { secretHash: hashOf('secret', secret) }))) return err('app/unknown');
    await logged(deps, tx, who, 'app.secret', { id });
    return ok({ secret });
  });
}

/** Off: refused from the next request on; what an app holds is worth nothing as long as it is off. */
export async function setSwitches(deps: AppDeps, who: Principal, switches: { api: boolean; apps: boolean }): Promise<void> {
  await withClinic(deps.pool, who.clinicId, async (tx) => {
    await setSmartSwitches(tx, who.clinicId, switches);
    await logged(deps, tx, who, 'app.switch', switches);
  });
}

async function logged({ now }: AppDeps, tx: Tx, who: Principal, verb: string, details: object): Promise<void> {
  const actor = actorOf(who.userId, await personById(tx, who.clinicId, who.userId));
  await logOnServer(tx, who.clinicId, { at: now(), actor, action: 'change', verb, userId: who.userId, details: { ...details } });
}
