/** What a laptop of the matrix is told at its start. */
import type { Role } from '#db/model/clinic.ts';

export interface LaptopOrder {
  home: string;
  keySeed: string;
  clinicId: string;
  deviceId: string;
  person: { id: string; name: string; email: string; roles: Role[] };
  serverUrl: string;
  credential: string;
  visit: string;
  patient: string;
  /** Opens and upgrades a database of its own beside, again and again. */
  migrating?: boolean;
}

export const fastTimers = {
  set: (run: () => void, ms: number) => setTimeout(run, ms / 10).unref(),
  clear: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};
