/** `npm run desktop`: builds what the window needs and opens it, with its own core and data in RYGGRAD_HOME. */
import { spawn } from 'node:child_process';
import { bootstrap, fail, pinnedNode, ROOT } from './bootstrap.mjs';
import { prepareHome, ryggradHome } from './home.mjs';
import { electronDist } from './electron-dist.mjs';
import { bundleElectron } from './electron-bundle.mjs';
import { buildRenderer } from './renderer.mjs';

await bootstrap();
const { home, logs } = prepareHome(ryggradHome());
const electron = await electronDist();
if (electron === undefined) fail('There is no Electron for this machine: `npm start` serves the same app to a browser.');
buildRenderer(logs);
await bundleElectron();
const child = spawn(electron.executable, [...electron.flags, ROOT, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, RYGGRAD_HOME: home, RYGGRAD_NODE: pinnedNode() },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 0));
