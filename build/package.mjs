/** `npm run package [-- ARGS]`: the packaged app in release/, by electron-builder, from the Electron that electron-dist.mjs finds. */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { bootstrap, fail, pinnedNode, ROOT } from './bootstrap.mjs';
import { electronDist } from './electron-dist.mjs';
import { bundleElectron } from './electron-bundle.mjs';
import { buildRenderer } from './renderer.mjs';

await bootstrap();
const electron = await electronDist();
if (electron === undefined) fail('There is no Electron for this machine to package with.');
buildRenderer(os.tmpdir());
await bundleElectron();
const cli = path.join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
const args = process.argv.length > 2 ? process.argv.slice(2) : ['--dir'];
const done = spawnSync(
  pinnedNode(),
  [
    cli,
    '--config',
    'electron-builder.yml',
    '--publish',
    'never',
    `-c.electronDist=${electron.dir}`,
    `-c.electronVersion=${electron.version}`,
    ...args,
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exit(done.status ?? 1);
