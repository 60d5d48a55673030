/**
 * New versions, by electron-updater; its one importer. Looked for and fetched in the background, put in place when the person quits by
 * themselves: nothing here ever ends a session. Older versions, and releases that the owner's key did not sign, are not taken. The server's
 * `stagingPercentage` lets a share of the laptops have it first (decision 0063).
 */
import type { AppUpdater, UpdateInfo } from 'electron-updater';
import { isSigned } from './update-signature.ts';

const EVERY_MS = 6 * 60 * 60 * 1000;

export interface UpdateEvents {
  /** It lies ready and is taken into use at the next quit. */
  onReady(version: string): void;
  /** By code, never by address or path. */
  log(event: string, fields?: Record<string, string>): void;
}

/** Sets the updater up; returns one look for a new version, which never throws. */
export function keepUpdated(updater: AppUpdater, key: string, events: UpdateEvents): () => Promise<void> {
  updater.autoDownload = true;
  updater.autoInstallOnAppQuit = true;
  updater.autoRunAppAfterInstall = false;
  updater.allowDowngrade = false;
  updater.allowPrerelease = false;
  updater.disableWebInstaller = true;
  // Pieces of the old file are put together with new ones; the whole is one checksum either way, and simpler.
  updater.disableDifferentialDownload = true;
  updater.logger = null;
  const supported = updater.isUpdateSupported;
  updater.isUpdateSupported = async (info: UpdateInfo) => {
    if (isSigned(info, key)) return await supported(info);
    events.log('update/not-signed', { version: String(info.version).slice(0, 40) });
    return false;
  };
  updater.on('update-downloaded', ({ version }) => events.onReady(version));
  updater.on('error', (error) => events.log('update/failed', { code: String((error as { code?: unknown }).code ?? 'unknown') }));
  return async () => {
    const found = await updater.checkForUpdates().catch(() => null);
    // What fails is told by the event above.
    await found?.downloadPromise?.catch(() => undefined);
  };
}

/** For a packaged copy that was built with a key. */
export async function startUpdates(key: string, events: UpdateEvents): Promise<void> {
  const { autoUpdater } = await import('electron-updater');
  const look = keepUpdated(autoUpdater, key, events);
  setInterval(() => void look(), EVERY_MS).unref();
  await look();
}
