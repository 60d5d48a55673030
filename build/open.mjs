/** Shows the running app: an Electron window where an Electron is unpacked and a display is there, else the system's browser. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap.mjs';
import { electronUnpacked } from './electron-dist.mjs';

/** Best effort: the ready line has told the address already. */
export function openWindow(url, spawn) {
  const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  if (!display) return;
  const electron = electronUnpacked();
  const main = path.join(ROOT, 'dist', 'electron', 'main.cjs');
  const [command, args] =
    electron !== undefined && existsSync(main)
      ? [electron.executable, [...electron.flags, ROOT]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', url]]
        : [process.platform === 'darwin' ? 'open' : 'xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, RYGGRAD_WINDOW_URL: url } });
  child.on('error', () => process.stderr.write(`Open ${url} in a browser.\n`));
  process.once('exit', () => child.kill());
  child.unref();
}
