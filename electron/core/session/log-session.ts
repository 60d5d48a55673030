/** Opening, locking and what is done to the record as a whole, in this device's log. */
import { appendAudit } from '../audit/append-audit.ts';
import type { CoreServices } from '../services.ts';

export function logged(services: CoreServices, action: 'unlock' | 'lock' | 'other', details?: Record<string, string>): void {
  const { clinic, ports, verb } = services;
  if (clinic === null) return;
  appendAudit(clinic.db, {
    clinicId: clinic.clinicId,
    deviceId: clinic.deviceId,
    actor: clinic.actor,
    now: ports.clock.now().toISOString(),
    verb,
    id: ports.ids.uuid(),
    action,
    ...(details === undefined ? {} : { details }),
  });
}
