/** A record that cannot be used makes room for another. Nothing of it is deleted: somebody may still get something out of it. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { forgetHead } from '../keys/rollback-guard.ts';
import type { Ports } from '../ports.ts';
import { clinicFolder } from '../session/app-state.ts';

/** Moves the clinic's folder, whole, to `set-aside` in the home. The clinic must be closed. */
export function setAside(ports: Ports, clinicId: string): void {
  const place = join(ports.home, 'set-aside');
  mkdirSync(place, { recursive: true, mode: 0o700 });
  renameSync(clinicFolder(ports, clinicId), join(place, `${clinicId}-${ports.clock.now().toISOString().replace(/[:.]/g, '-')}`));
  forgetHead(ports.home, clinicId);
}
