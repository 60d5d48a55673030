/** `npm run package [-- ARGS]`: the packaged app in release/, by electron-builder, from the Electron that electron-dist.mjs finds. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bootstrap, fail, pinnedNode, ROOT } from './bootstrap.mjs';
import { electronProblems, lockedElectron, recordedReleases } from './electron-age.mjs';
import { electronDist } from './electron-dist.mjs';
import { bundleElectron } from './electron-bundle.mjs';
import { shippedBill } from './sbom.mjs';
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
const released = !args.includes('--dir');
if (released) {
  const problems = electronProblems(recordedReleases(), lockedElectron(), new Date().toISOString().slice(0, 10));
  if (problems.length > 0) fail(`This Electron is not to be shipped: ${problems.join('; ')}.`);
  for (const name of ['RYGGRAD_UPDATE_URL', 'RYGGRAD_UPDATE_KEY']) if (!process.env[name]) fail(`A release needs ${name} (.env.example).`);
  if (!process.env.RYGGRAD_UPDATE_URL?.startsWith('https://')) fail('RYGGRAD_UPDATE_URL must be https.');
}
mkdirSync(path.join(ROOT, 'release'), { recursive: true });
writeFileSync(path.join(ROOT, 'release', 'sbom.cdx.json'), `${JSON.stringify(shippedBill(), null, 2)}\n`);
const done = spawnSync(
  pinnedNode(),
  [
    cli,
    '--config',
    config,
    '--publish',
    'never',
    `-c.electronDist=${electron.dir}`,
    `-c.electronVersion=${electron.version}`,
    ...(released ? [] : ['-c.forceCodeSigning=false']),
    ...args,
  ],
  // A copy for this machine asks nobody for the next one: it is built without a key.
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, RYGGRAD_UPDATE_URL: process.env.RYGGRAD_UPDATE_URL || 'https://updates.invalid/' },
  },
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
