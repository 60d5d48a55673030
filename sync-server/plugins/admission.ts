/**
 * Who may come in, decided before a byte of the body is read: the caller's budget, then who the token stands for, then the budget of what is
 * asked for. A stranger can neither make the server parse 16 MB nor spend a laptop's budget by naming its id.
 */
import { createHash, createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { ServerDeps } from '../core/deps.ts';
import { lacksLevel, type Principal } from '../core/principal.ts';
import { err, type Failure } from '../core/result.ts';
import { principalOf } from '../core/sessions.ts';
import type { Route } from '../routes/route.ts';
import { openBudgets } from './budgets.ts';

/** What of a request is looked at here. */
export interface Asking {
  /** The address, as a trusted proxy says it or as it connected. */
  ip: string;
  authorization: string | undefined;
}

export interface Admission {
  /** Undefined where the route is open to all. */
  admit(route: Route, asking: Asking): Promise<Principal | undefined | Failure>;
  /** Who the token stands for now, after a wait. */
  again(route: Route, asking: Asking): Promise<Principal | Failure>;
}

const MOST_KNOWN = 50_000;
const KNOWN_S = 3600;

export function openAdmission(deps: ServerDeps): Admission {
  const budgets = openBudgets(deps.pool, deps.limits, deps.redis);
  /** Tokens that were good here lately, hashed → whose they are; at another copy too where there is Redis. Everybody else is counted by address. */
  const known = new Map<string, string>();
  const cache = deps.redis?.cache;
  const nameInCache = (hash: string) => `caller:${createHmac('sha256', deps.sessionKey).update(`caller:${hash}`).digest('base64url')}`;
  const addressOf = ({ ip }: Asking) =>
    createHmac('sha256', deps.sessionKey)
      .update(`address:${networkOf(ip)}`)
      .digest('base64url')
      .slice(0, 22);

  const again: Admission['again'] = async (route, { authorization }) => {
    const result = await principalOf(deps, bearerOf(authorization));
    if (!result.ok) return result;
    const principal = result.value;
    if (route.auth !== 'also-revoked' && principal.kind === 'device' && principal.revoked)
      return err('device/revoked', principal.revokeProof === undefined ? {} : { proof: principal.revokeProof });
    // What an app holds opens FHIR and nothing else.
    if (principal.kind === 'user' && principal.app !== undefined && route.fhir === undefined) return err('auth/invalid');
    const { roles } = route;
    if (roles !== undefined && !roles.some((role) => principal.roles.includes(role))) return err('role/forbidden');
    if (route.reads === 'chart' && lacksLevel(principal)) return err('auth/level-needed');
    return principal;
  };

  return {
    again,
    async admit(route, asking) {
      if (route.takesRaw === true) return undefined;
      const token = bearerOf(asking.authorization);
      const hash = token === undefined ? '' : createHash('sha256').update(token).digest('base64url');
      // It says whose budget this costs. Whether the token is good is asked of Postgres below, each time.
      const caller = route.auth === 'open' || token === undefined ? undefined : (known.get(hash) ?? (await cache?.get(nameInCache(hash))));
      const wait = await budgets.ordinary(caller ?? addressOf(asking));
      if (wait > 0) return err('request/too-many', { retryAfter: wait });
      const principal = route.auth === 'open' ? undefined : await again(route, asking);
      if (principal !== undefined && 'ok' in principal) return principal;
      if (principal !== undefined && caller === undefined) {
        if (known.size >= MOST_KNOWN) known.clear();
        known.set(hash, callerName(principal));
        cache?.put(nameInCache(hash), callerName(principal), KNOWN_S);
      }
      if (route.budget === undefined) return principal;
      const strictWait = await budgets.strict(route.budget, principal === undefined ? addressOf(asking) : principal.userId);
      return strictWait > 0 ? err('request/too-many', { retryAfter: strictWait }) : principal;
    },
  };
}

/** A device by its id, a session by its person, an app by what it was granted. */
export const callerName = (principal: Principal): string =>
  principal.kind === 'device'
    ? principal.deviceId
    : principal.app === undefined
      ? `user:${principal.userId}`
      : `app:${principal.app.grantId}`;

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
}

/** Whoever has one IPv6 address has at least 2^64 of them (RFC 6177): counted by the network. An IPv4 address stands for itself. */
export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = ip.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter((group) => group !== '').length;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':').filter((group) => group !== '')];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
