/** What the window may know before anybody is in, and who is in. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AppState, ClinicOnDevice, SessionView } from '#electron/contract/session.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import { readReplica, readRow, writeReplica } from '#db/sqlite/store.ts';
import { readSlots } from '../keys/slots.ts';
import type { Ports } from '../ports.ts';
import { erasedClinics } from '../clinic/revocation.ts';
import type { OpenClinic } from '../services.ts';
import { leaseOf } from './lease.ts';

export const VERSION = '0.1.0';

export function clinicsFolder(ports: Ports): string {
  const folder = join(ports.home, 'clinics');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function clinicFolder(ports: Ports, clinicId: string): string {
  return join(clinicsFolder(ports), clinicId);
}

/** Real clinics first, the demo last. */
export function clinicsOnDevice(ports: Ports): ClinicOnDevice[] {
  const found = readdirSync(clinicsFolder(ports)).flatMap((name) => {
    const slots = readSlots(join(clinicsFolder(ports), name));
    if (slots === null) return [];
    return [
      {
        clinicId: slots.clinicId,
        name: slots.clinicName,
        demo: slots.demo,
        users: slots.slots.map(({ userId, name: userName, email }) => ({ userId, name: userName, email })),
      },
    ];
  });
  return found.toSorted((a, b) => Number(a.demo) - Number(b.demo) || a.name.localeCompare(b.name, 'nb'));
}

export function appState(ports: Ports, clinic: OpenClinic | null): AppState {
  return {
    phase: clinic === null ? 'launch' : clinic.locked ? 'locked' : 'open',
    clinics: clinicsOnDevice(ports),
    session: clinic === null ? null : sessionView(ports, clinic),
    erased: erasedClinics(ports),
    clockBehind: clinic !== null && clockIsBehind(ports, clinic),
    version: VERSION,
  };
}

export function sessionView(ports: Ports, clinic: OpenClinic): SessionView {
  const { db, actor } = clinic;
  const row = readRow(db, 'clinic', clinic.clinicId);
  const lease = leaseOf(db, ports.clock.now());
  return {
    clinicId: clinic.clinicId,
    clinicName: row?.name ?? clinic.clinicName,
    demo: row?.demo ?? false,
    deviceId: clinic.deviceId,
    user: {
      id: actor.userId,
      name: actor.name,
      email: actor.email,
      roles: [...actor.roles],
      readsNotes: readsNotes(actor.roles, actor.granted),
      profession: actor.profession,
      hprNumber: actor.hprNumber,
      hasPin: clinic.pin !== null,
      lastDay: readRow(db, 'user', actor.userId)?.validUntil ?? null,
    },
    serverUrl: readReplica(db, 'server-url') ?? null,
    leaseDaysLeft: lease.soon && row?.demo !== true ? lease.daysLeft : null,
  };
}

/** A day of grace: time zones and small drifts are nobody's business. */
const BEHIND_MS = 86_400_000;

/** Remembers the latest time seen; true when the clock stands before it. Warns, never blocks, not even on a full disk. */
export function clockIsBehind(ports: Ports, clinic: OpenClinic): boolean {
  const now = ports.clock.now().getTime();
  try {
    const seen = Number(readReplica(clinic.db, 'latest-time') ?? 0);
    if (now > seen + 60_000) writeReplica(clinic.db, 'latest-time', String(now));
    return now < seen - BEHIND_MS;
  } catch {
    return false;
  }
}

/** The server has answered: the present clock is the one that counts, even after one that had been far ahead. */
export function forgetLatestTime(ports: Ports, clinic: OpenClinic): void {
  if (clinic.db.open) writeReplica(clinic.db, 'latest-time', String(ports.clock.now().getTime()));
}
