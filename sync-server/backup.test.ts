/**
 * Backups with the deployment's own scripts, on a real Postgres with its own tools (Debian's; the embedded one brings neither pg_dump nor psql): a dump and
 * back, and back to a moment by base backup and archived WAL. What comes back opens with the master key of its time, and with no other.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { migrate } from '#db/postgres/migrate.ts';
import { readMasterKeys } from '#db/postgres/sealing/master-keys.ts';
import { openPool } from '#db/postgres/open.ts';
import { freePort } from './embedded-postgres.ts';
import { osAccount } from './postgres-files.ts';
import { foundClinic, newPatient, write, type Laptop } from './testing/test-clinic.ts';
import { openedRows } from './testing/opened.ts';
import { openTestServer, TEST_SEALING } from './testing/test-server.ts';

const DEPLOY = path.join(import.meta.dirname, '..', 'build', 'deploy');

/** Where Debian has Postgres' own programs, the newest first. Throws where they are not (build/debian.mjs installs them). */
function binaries(): string {
  const root = '/usr/lib/postgresql';
  const versions = fs.existsSync(root) ? fs.readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => path.join(root, version, 'bin'))
    .find((bin) => fs.existsSync(path.join(bin, 'pg_basebackup')) && fs.existsSync(path.join(bin, 'postgres')));
  if (found === undefined) throw new Error("Debian's package postgresql is missing");
  return found;
}

interface Cluster {
  port: number;
  data: string;
  url(user: string, database?: string): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

describe('backups', () => {
  const bin = binaries();
  const account = osAccount();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-backup-'));
  const running: Cluster[] = [];
  const archive = path.join(folder, 'wal');
  let cluster: Cluster;
  let laptop: Laptop;

  const own = (where: string) => (account === undefined ? undefined : fs.chownSync(where, account.uid, account.gid));
  /** As the user that Postgres runs as: root may not. */
  const run = (command: string, args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(command, args, {
      ...account,
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, PGPASSWORD: 'p', ...env },
    });
  const script = (name: string, args: readonly string[], env: Record<string, string>) => run('sh', [path.join(DEPLOY, name), ...args], env);

  async function start(data: string, settings: readonly string[] = []): Promise<Cluster> {
    const port = await freePort();
    const options = [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      '',
      '-c',
      'listen_addresses=127.0.0.1',
      ...settings.flatMap((one) => ['-c', one]),
    ];
    const child: ChildProcess = spawn(path.join(bin, 'postgres'), options, {
      ...account,
      stdio: 'ignore',
      env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
    });
    const made: Cluster = {
      port,
      data,
      url: (user, database = 'ryggrad') => `postgres://${user}:p@127.0.0.1:${port}/${database}`,
      async stop(signal = 'SIGINT') {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      },
    };
    running.push(made);
    const accepts = async () => {
      const client = new pg.Client({ connectionString: made.url('postgres', 'postgres') });
      await client.connect();
      await client.end();
    };
    await vi.waitFor(accepts, { timeout: 60_000, interval: 200 });
    return made;
  }
  /** The three roles, as postgres-roles.sh makes them, and an empty database. */
  async function roles(of: Cluster): Promise<void> {
    await asAdmin(of, 'postgres', [
      `create role ryggrad_owner login nosuperuser nobypassrls password 'p'`,
      `create role ryggrad_app login nosuperuser nobypassrls password 'p'`,
      'create role ryggrad_erase nologin',
      'grant ryggrad_erase to ryggrad_owner',
      `create database ryggrad owner ryggrad_owner encoding 'UTF8' template template0`,
    ]);
  }
  async function asAdmin(of: Cluster, database: string, statements: readonly string[]): Promise<pg.QueryResult<Record<string, unknown>>[]> {
    const client = new pg.Client({ connectionString: of.url('postgres', database) });
    await client.connect();
    const answers = [];
    for (const statement of statements) answers.push(await client.query<Record<string, unknown>>(statement));
    await client.end();
    return answers;
  }
  const initialised = (name: string): string => {
    const data = path.join(folder, name);
    const pwfile = path.join(folder, `${name}.password`);
    fs.writeFileSync(pwfile, 'p');
    own(pwfile);
    execFileSync(path.join(bin, 'initdb'), [`--pgdata=${data}`, '--auth=scram-sha-256', '--username=postgres', `--pwfile=${pwfile}`, '--encoding=UTF8', '--locale=C', '--data-checksums'], { ...account, cwd: folder, stdio: 'ignore', env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' } }); // prettier-ignore
    return data;
  };
  const onIt = (of: Cluster) =>
    openTestServer({
      appUrl: of.url('ryggrad_app'),
      ownerUrl: of.url('ryggrad_owner'),
      adminUrl: of.url('postgres'),
      close: async () => {},
    });
  const names = async (of: Cluster, sealing = TEST_SEALING) => {
    const pool = openPool(of.url('ryggrad_app'), { max: 2, sealing });
    try {
      return (await openedRows(pool, laptop.clinicId, 'patient')).map(({ familyName }) => familyName);
    } finally {
      await pool.end();
    }
  };

  beforeAll(async () => {
    own(folder);
    fs.chmodSync(folder, 0o755);
    fs.mkdirSync(archive);
    own(archive);
    cluster = await start(initialised('data'), [
      'archive_mode=on',
      `archive_command=sh ${path.join(DEPLOY, 'archive-wal.sh')} ${archive} %p %f`,
      'wal_level=replica',
      'max_wal_senders=4',
    ]);
    await roles(cluster);
    await migrate(cluster.url('ryggrad_owner'), 'ryggrad_app');
    const server = await onIt(cluster);
    laptop = await foundClinic(server.app);
    await write(server.app, laptop, newPatient('Første'));
    await server.close();
  }, 120_000);
  afterAll(async () => {
    for (const one of running) await one.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('a dump comes back whole, with owners, guards and rights, and the server works on it', { timeout: 120_000 }, async () => {
    const dumps = path.join(folder, 'dumps');
    const made = script('backup.sh', [dumps], { BACKUP_DATABASE_URL: cluster.url('postgres') });
    expect(made.stderr).toBe('');
    const dump = made.stdout.trim();
    expect(fs.statSync(dump).mode & 0o077).toBe(0);
    // Not a word in it in the clear.
    expect(fs.readFileSync(dump).includes('Første')).toBe(false);
    const other = await start(initialised('restored'));
    await roles(other);
    const put = script('restore.sh', [dump], { RESTORE_DATABASE_URL: other.url('postgres') });
    expect(`${put.status} ${put.stderr}`).toMatch(/^0 Restored/);
    expect(await names(other)).toEqual(['Første']);
    const [owners] = await asAdmin(other, 'ryggrad', [
      `select proname, pg_get_userbyid(proowner) as owner from pg_proc where proname in ('ryggrad_erase', 'ryggrad_erase_kept') order by 1`,
    ]);
    expect(owners?.rows).toEqual([
      { proname: 'ryggrad_erase', owner: 'ryggrad_erase' },
      { proname: 'ryggrad_erase_kept', owner: 'ryggrad_erase' },
    ]);
    const server = await onIt(other);
    expect((await write(server.app, laptop, newPatient('Etter'))).outcome).toBe('applied');
    await server.close();
    // The cluster it came from has not heard of that one.
    laptop.next -= 1;
    // Into what is there already nothing is put.
    expect(script('restore.sh', [dump], { RESTORE_DATABASE_URL: other.url('postgres') }).stderr).toContain('Restore into an empty one');
    await other.stop();
  });

  it('with another master key nothing opens', async () => {
    const wrong = { master: readMasterKeys(`1:${Buffer.alloc(32, 'another one').toString('base64')}`) };
    await expect(names(cluster, wrong)).rejects.toThrow('does not open');
  });

  it('keys beside dumps, a damaged dump and the wrong database are refused', async () => {
    const beside = path.join(folder, 'beside');
    fs.mkdirSync(beside);
    own(beside);
    fs.writeFileSync(path.join(beside, 'ENCRYPTION_MASTER_KEYS'), '1:x');
    expect(script('backup.sh', [beside], { BACKUP_DATABASE_URL: cluster.url('postgres') })).toMatchObject({ status: 1 });
    expect(fs.readdirSync(beside)).toEqual(['ENCRYPTION_MASTER_KEYS']);
    const empty = path.join(folder, 'empty');
    expect(script('backup.sh', [empty], { BACKUP_DATABASE_URL: cluster.url('postgres', 'postgres') }).stderr).toContain(
      'is this the right database',
    );
    expect(fs.readdirSync(empty)).toEqual([]);
    const bent = path.join(folder, 'bent');
    const dump = script('backup.sh', [bent], { BACKUP_DATABASE_URL: cluster.url('postgres') }).stdout.trim();
    const bytes = fs.readFileSync(dump);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    fs.writeFileSync(dump, bytes);
    expect(script('restore.sh', [dump], { RESTORE_DATABASE_URL: cluster.url('postgres') }).status).not.toBe(0);
  });

  it('by base backup and WAL the database comes back as it was at a moment', { timeout: 180_000 }, async () => {
    const base = path.join(folder, 'base');
    const taken = run(path.join(bin, 'pg_basebackup'), [
      '--pgdata',
      base,
      '--checkpoint=fast',
      '--wal-method=none',
      '--no-password',
      '--dbname',
      cluster.url('postgres', 'postgres'),
    ]);
    expect(`${taken.status} ${taken.stderr}`).toMatch(/^0 /);
    const server = await onIt(cluster);
    await write(server.app, laptop, newPatient('Før feilen'));
    const [moment] = await asAdmin(cluster, 'ryggrad', [`select clock_timestamp()::text as now`]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await write(server.app, laptop, newPatient('Etter feilen'));
    await server.close();
    await asAdmin(cluster, 'ryggrad', ['select pg_switch_wal()']);
    const [last] = await asAdmin(cluster, 'ryggrad', [`select pg_walfile_name(pg_switch_wal()) as name`]);
    await expect.poll(() => fs.readdirSync(archive).length, { timeout: 30_000 }).toBeGreaterThan(1);
    expect(last?.rows).toHaveLength(1);
    await cluster.stop();
    fs.writeFileSync(path.join(base, 'recovery.signal'), '');
    own(path.join(base, 'recovery.signal'));
    const back = await start(base, [
      `restore_command=cp ${archive}/%f %p`,
      `recovery_target_time=${String(moment?.rows[0]?.['now'])}`,
      'recovery_target_action=promote',
      'archive_mode=off',
    ]);
    await expect
      .poll(async () => (await asAdmin(back, 'ryggrad', ['select pg_is_in_recovery() as waits']))[0]?.rows[0], { timeout: 60_000 })
      .toEqual({ waits: false });
    expect((await names(back)).toSorted()).toEqual(['Før feilen', 'Første']);
  });

  it('an archived piece is never written over by another', () => {
    const piece = path.join(folder, 'piece');
    fs.writeFileSync(piece, 'one');
    own(piece);
    const put = () => script('archive-wal.sh', [archive, piece, 'TEST'], {});
    expect([put().status, put().status]).toEqual([0, 0]);
    fs.writeFileSync(piece, 'two');
    expect(put()).toMatchObject({ status: 1, stderr: 'archive-wal: TEST is there already, with other content\n' });
    expect(fs.readFileSync(path.join(archive, 'TEST'), 'utf8')).toBe('one');
  });
});
