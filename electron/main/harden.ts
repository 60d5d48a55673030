/** Shuts every door of Chromium that the journal does not use. Source: Electron's security guide 5, 11–14. */
import { extname } from 'node:path';
import { shell, type App, type Session, type WebContents } from 'electron';
import { isOwnAddress, isOwnBlob } from './navigation.ts';
import { outsideAddress } from './outside.ts';

/** Text may be put on the clipboard when a person asks for it; nothing may be read from there. */
const GRANTED = 'clipboard-sanitized-write';

/** Electron grants permissions unless told otherwise: here all others are refused. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === GRANTED));
  session.setPermissionCheckHandler((_contents, permission) => permission === GRANTED);
  session.setDevicePermissionHandler(() => false);
  // The network belongs to the core; a page of ours asks for its own files only.
  session.setProxy({ mode: 'direct' }).catch(() => {});
}

/** Refuses whatever leaves `own`: navigation, redirects, frames, new windows, web views. For every page there will ever be. */
export function lockNavigation(app: App, own: string): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOwnAddress(url, own)) event.preventDefault();
    });
    contents.on('will-redirect', (event, url) => {
      if (!isOwnAddress(url, own)) event.preventDefault();
    });
    contents.on('will-frame-navigate', (event) => {
      if (!isOwnAddress(event.url, own)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    // No second window, ever. A link to a known site is the person's own browser's to open.
    contents.setWindowOpenHandler(({ url }) => {
      const outside = outsideAddress(url);
      if (outside !== undefined) void shell.openExternal(outside);
      return { action: 'deny' };
    });
  });
}

/** Refuses every request of the page that is not for `own` (blob: and data: are the page's own memory). */
export function lockRequests(session: Session, own: string): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    const inside = /^(blob|data|devtools):/.test(details.url) || isOwnAddress(details.url, own);
    answer({ cancel: !inside });
  });
}

/**
 * A file leaves only from the page's own memory (a letter or an attachment somebody chose to save, warned and logged by the core), and to
 * where the system's own save dialog puts it. Everything else that would be a download is refused.
 */
export function lockDownloads(session: Session, own: string): void {
  session.on('will-download', (event, item) => {
    if (!isOwnBlob(item.getURL(), own)) return event.preventDefault();
    const ending = extname(item.getFilename()).slice(1);
    item.setSaveDialogOptions({ defaultPath: item.getFilename(), filters: [{ name: ending.toUpperCase(), extensions: [ending] }] });
  });
}
