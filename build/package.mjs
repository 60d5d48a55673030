/** `npm run package [-- ARGS]`: the packaged app in release/, by electron-builder, from the Electron that electron-dist.mjs finds. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bootstrap, fail, pinnedNode, ROOT } from './bootstrap.mjs';
import { electronDist } from './electron-dist.mjs';
import { bundleElectron } from './electron-bundle.mjs';
import { buildRenderer } from './renderer.mjs';

/** The first with the fuse `grantFileProtocolExtraPrivileges`. */
const OLDEST_WITH_ALL_FUSES = 29;

await bootstrap();
const electron = await electronDist();
if (electron === undefined) fail('There is no Electron for this machine to package with.');
buildRenderer(os.tmpdir());
await bundleElectron();
const cli = path.join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
const config = configFor(electron.version);
const args = process.argv.length > 2 ? process.argv.slice(2) : ['--dir'];
const done = spawnSync(
  pinnedNode(),
  [cli, '--config', config, '--publish', 'never', `-c.electronDist=${electron.dir}`, `-c.electronVersion=${electron.version}`, ...args],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exit(done.status ?? 1);

/**
 * electron-builder.yml, without what the Electron at hand does not know: an older one (machines without the download, design.md §7) has a shorter
 * list of fuses, and is never shipped.
 * @param {string} version @returns {string} path
 */
function configFor(version) {
  const own = path.join(ROOT, 'electron-builder.yml');
  if (Number(version.split('.')[0]) >= OLDEST_WITH_ALL_FUSES) return own;
  const folder = path.join(ROOT, 'node_modules', '.cache', 'ryggrad');
  mkdirSync(folder, { recursive: true });
  const copy = path.join(folder, 'electron-builder.yml');
  writeFileSync(copy, readFileSync(own, 'utf8').replace(/^ *grantFileProtocolExtraPrivileges:.*\n/m, ''));
  return copy;
}
