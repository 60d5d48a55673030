/** How every window is built. Source: Electron's security guide 2–6, 8–11; each value is asserted by a test. */
import type { WebPreferences } from 'electron';

export function webPreferences(preload: string, developing: boolean): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // The operating system's spelling service may send words away.
    spellcheck: false,
    devTools: developing,
  };
}
