/** The sign beside the clock: how the laptop stands, and three things to do. Where a desktop has no such place, there is none. */
import path from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { CoreEvent } from '#electron/contract/index.ts';
import { learn, NOTHING_KNOWN, trayState } from './tray-state.ts';

export interface TrayActions {
  open(): void;
  lock(): void;
  quit(): void;
}

/** @param pictures folder of the drawings @returns what to tell each event of the core */
export function showTray(pictures: string, actions: TrayActions): (event: CoreEvent) => void {
  let known = NOTHING_KNOWN;
  let shown = trayState(known);
  const picture = () => nativeImage.createFromPath(path.join(pictures, `${shown.picture}.png`));
  let tray: Tray;
  try {
    tray = new Tray(picture());
  } catch {
    return () => {};
  }
  const draw = (): void => {
    tray.setImage(picture());
    tray.setToolTip(shown.tooltip);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Åpne Ryggrad', click: actions.open },
        { label: 'Lås', enabled: shown.canLock, click: actions.lock },
        { type: 'separator' },
        { label: 'Avslutt', click: actions.quit },
      ]),
    );
  };
  tray.on('click', actions.open);
  draw();
  return (event) => {
    known = learn(known, event);
    const next = trayState(known);
    if (JSON.stringify(next) === JSON.stringify(shown)) return;
    shown = next;
    draw();
  };
}
