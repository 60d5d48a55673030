/** Where Ryggrad keeps its data on this machine, unless RYGGRAD_HOME says otherwise. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * The platform's data folder. For root it is /var/lib/ryggrad: embedded Postgres runs as another user there,
 * and /root is closed to it.
 * @param {{ env?: NodeJS.ProcessEnv, platform?: string, home?: string, uid?: number }} [host] for tests
 */
export function ryggradHome(host = {}) {
  const { env = process.env, platform = process.platform, home = os.homedir(), uid = process.getuid?.() } = host;
  const join = platform === 'win32' ? path.win32.join : path.posix.join;
  if (env.RYGGRAD_HOME) return path.resolve(env.RYGGRAD_HOME);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Ryggrad');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Ryggrad');
  if (uid === 0) return '/var/lib/ryggrad';
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'ryggrad');
}

/** Creates the home and its logs/. Root's may be passed through (not listed) by Postgres' own user. */
export function prepareHome(home) {
  const root = process.getuid?.() === 0;
  mkdirSync(home, { recursive: true, mode: root ? 0o711 : 0o700 });
  if (root) chmodSync(home, (statSync(home).mode & 0o777) | 0o011);
  const logs = path.join(home, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  return { home, logs };
}
