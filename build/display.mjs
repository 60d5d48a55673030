/** A display for the Electron window where there is none: Xvfb on a number of its own choosing. */
import { spawn } from 'node:child_process';

/** @returns {Promise<{ display: string, stop: () => Promise<void> } | undefined>} undefined when there is a display, or no Xvfb */
export async function virtualDisplay() {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return undefined;
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise((resolve) => {
    let said = '';
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
    // The number and its line end are two writes; whoever closes the pipe between them ends the server.
    child.stdio[3].on('data', (data) => {
      said += data;
      if (said.endsWith('\n')) resolve(said.trim());
    });
  });
  if (number === undefined) return undefined;
  child.unref();
  child.stdio[3].destroy();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return {
    display: `:${number}`,
    // Waits: as it ends it removes its socket, and the next display may already have taken the same number.
    stop: async () => {
      child.ref();
      child.kill();
      await gone;
    },
  };
}
