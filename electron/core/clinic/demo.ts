/**
 * The demo clinic: separate, synthetic, marked on every page. Its passphrase is made per home and kept beside it,
 * because there is nobody's journal in it.
 */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ports } from '../ports.ts';
import { clinicFolder, clinicsOnDevice } from '../session/app-state.ts';
import { openSlot, readSlots } from '../keys/slots.ts';
import { openClinicFiles } from '../session/opening.ts';
import { rollbackGuard } from '../keys/rollback-guard.ts';
import { releaseHome } from '../session/home-lock.ts';
import { connectToServer, verifierFor } from './connect.ts';
import { createClinicFiles } from './birth.ts';
import type { OpenClinic } from '../services.ts';
import { readReplica } from '#db/sqlite/store.ts';

export interface Demo {
  clinicId: string;
  userId: string;
  email: string;
  passphrase: string;
}

const WORDS =
  'fjell skog bekk stein bregne lyng storm seil havn furu elg hare rype sild torsk bre dal tind vik nes holme myr odde foss gran humle kvist'.split(
    ' ',
  );
const EMAIL = 'demo@ryggrad.example';

/** Makes the demo clinic on first call; `fill` writes its synthetic patients. */
export async function ensureDemo(ports: Ports, fill: (clinic: OpenClinic) => void): Promise<Demo> {
  const file = join(ports.home, 'demo.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Demo) : null;
  if (known !== null && clinicsOnDevice(ports).some((clinic) => clinic.clinicId === known.clinicId)) return known;
  const passphrase = Array.from({ length: 4 }, () => WORDS[randomInt(WORDS.length)]).join('-');
  const born = await createClinicFiles(ports, {
    clinic: {
      name: 'Demo-klinikken',
      orgNumber: '999999999',
      addressLine: 'Storgata 1',
      postalCode: '0150',
      city: 'Oslo',
      phone: '22 00 00 00',
      email: null,
    },
    user: { name: 'Kiran Demo', email: EMAIL, roles: ['ADMIN', 'PRACTITIONER', 'ASSISTANT'], profession: 'KI', hprNumber: '9999999' },
    passphrase,
    demo: true,
    deviceName: 'Demo-maskin',
  });
  const demo: Demo = { clinicId: born.clinicId, userId: born.userId, email: EMAIL, passphrase };
  writeFileSync(`${file}.new`, JSON.stringify(demo), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  await withDemoOpen(ports, demo, fill);
  return demo;
}

/** Introduces the demo clinic to the sync server, once; false when it could not be reached. */
export async function connectDemo(ports: Ports, demo: Demo, url: string): Promise<boolean> {
  let connected = false;
  await withDemoOpen(ports, demo, async (clinic) => {
    if (readReplica(clinic.db, 'device-credential') !== undefined) connected = true;
    else connected = (await connectToServer(ports, clinic, url, null, await verifierFor(clinic, demo.passphrase))).ok;
  });
  return connected;
}

async function withDemoOpen(ports: Ports, demo: Demo, run: (clinic: OpenClinic) => void | Promise<void>): Promise<void> {
  const folder = clinicFolder(ports, demo.clinicId);
  const slots = readSlots(folder);
  const deviceSecret = await ports.keyStore.deviceSecret();
  const secrets = slots === null ? null : await openSlot(slots, demo.userId, demo.passphrase, deviceSecret);
  if (slots === null || secrets === null) throw new Error('the demo clinic does not open');
  const opened = openClinicFiles(
    folder,
    slots,
    secrets,
    demo.userId,
    rollbackGuard(ports.home, demo.clinicId, deviceSecret),
    ports.clock.now(),
  );
  if (!opened.ok) throw new Error(`the demo clinic does not open: ${opened.code}`);
  try {
    await run(opened.value);
  } finally {
    opened.value.db.pragma('wal_checkpoint(TRUNCATE)');
    opened.value.db.close();
    secrets.databaseKey.fill(0);
    releaseHome(folder);
  }
}
