/** Opening and closing: which clinics are on this laptop, who is in, lock, backup and restore. */
import { z } from 'zod';
import type { Role } from '#db/model/clinic.ts';
import { crashReportSchema } from './crash-report.ts';
import { CODE_ERRORS } from './second-factor.ts';
import { HELSEID_ERRORS } from './sign-in.ts';
import { verb } from './verb.ts';

export interface ClinicOnDevice {
  clinicId: string;
  name: string;
  demo: boolean;
  users: { userId: string; name: string; email: string }[];
}
export interface SessionView {
  clinicId: string;
  clinicName: string;
  demo: boolean;
  deviceId: string;
  user: {
    id: string;
    name: string;
    email: string;
    /** None: not a colleague here any more, or not confirmed by the server. */
    roles: Role[];
    /** A clinician, or an assistant who is let in for now. */
    readsNotes: boolean;
    profession: string | null;
    hprNumber: string | null;
    hasPin: boolean;
    /** Of a locum, `YYYY-MM-DD`. */
    lastDay: string | null;
  };
  /** Whether the clinic is connected to a sync server, and to which. */
  serverUrl: string | null;
  /** Days after which the laptop opens only once it has met its server again; null where it does not matter yet. */
  leaseDaysLeft: number | null;
}
export interface AppState {
  phase: 'launch' | 'open' | 'locked';
  clinics: ClinicOnDevice[];
  session: SessionView | null;
  /** Clinics whose copy was erased here because this device was revoked; until somebody has read it. */
  erased: { clinicName: string; at: string }[];
  /** The computer's clock is behind a time already seen; shown, never blocking. */
  clockBehind: boolean;
  version: string;
}

export interface BackupPlan {
  /** Where a backup goes by itself once a day; null: nowhere. */
  folder: string | null;
  /** When this laptop last made one. */
  lastAt: string | null;
  lastFile: string | null;
  /** Code of what stood in the way of the last attempt. */
  problem: string | null;
}
export interface Drill {
  madeAt: string;
  patients: number;
  visits: number;
  /** Notes signed before it was made that it does not hold. */
  missing: number;
}

const passphrase = z.string().min(1).max(1000);
const newPassphrase = z.string().min(8).max(1000);
/** Of a person who has one: the server says when it is needed. */
export const secondFactor = z.string().trim().min(6).max(40).optional();
const person = {
  name: z.string().trim().min(1).max(200),
  email: z.email().max(200),
  profession: z.string().max(10).nullable(),
  hprNumber: z
    .string()
    .regex(/^\d{1,9}$/)
    .nullable(),
};

export const session = {
  'app.state': verb<AppState>()(z.object({})),
  /** A fault of the window, by what may be said of one; it goes where reports go, or nowhere. */
  'app.report': verb<null>()(crashReportSchema),
  /** The notice that a copy was erased has been read. */
  'app.erasedRead': verb<AppState>()(z.object({})),
  'clinic.create': verb<{ clinicId: string; userId: string; recoveryCode: string }>()(
    z.object({
      clinic: z.object({
        name: z.string().trim().min(1).max(200),
        orgNumber: z
          .string()
          .regex(/^\d{9}$/)
          .nullable(),
        addressLine: z.string().max(200).nullable(),
        postalCode: z
          .string()
          .regex(/^\d{4}$/)
          .nullable(),
        city: z.string().max(100).nullable(),
        phone: z.string().max(30).nullable(),
        email: z.email().max(200).nullable(),
      }),
      user: z.object(person),
      passphrase: newPassphrase,
    }),
    ['passphrase/too-common'],
  ),
  /** `code` is `<server url>#<code>`, or the code alone for the default server. */
  'clinic.join': verb<{ clinicId: string; userId: string; recoveryCode: string }>()(
    z.object({
      code: z.string().trim().min(4).max(500),
      deviceName: z.string().trim().min(1).max(200),
      passphrase: newPassphrase,
      secondFactor,
      /** What a sign-in by HelseID gave, beside the code of an administrator: it is bound to that person. */
      helseId: z.string().trim().min(4).max(500).optional(),
    }),
    [
      'join/code-unknown',
      'join/code-expired',
      'join/level-needed',
      ...HELSEID_ERRORS,
      'join/clinic-on-device',
      'net/unreachable',
      'passphrase/too-common',
      'session/second-factor-needed',
      ...CODE_ERRORS,
    ],
  ),
  /** Opens the clinic's database as this person. Takes the time of Argon2id. */
  'session.unlock': verb<SessionView>()(
    z.object({ clinicId: z.uuid(), userId: z.uuid(), passphrase, recoveryCode: z.string().max(200).optional() }),
    [
      'lease/expired',
      'backup/wrong-code',
      'unlock/wrong-passphrase',
      'unlock/throttled',
      'database/damaged',
      'database/rolled-back',
      'database/from-future',
      'app/already-running',
      'keystore/unavailable',
    ],
  ),
  /** A damaged or rolled-back record is moved, whole, out of the way, so that the clinic can be restored or joined again. */
  'clinic.setAside': verb<AppState>()(z.object({ clinicId: z.uuid(), userId: z.uuid(), passphrase }), [
    'unlock/wrong-passphrase',
    'unlock/throttled',
    'clinic/healthy',
    'database/from-future',
    'app/already-running',
  ]),
  'session.lock': verb<null>()(z.object({})),
  'session.unlockPin': verb<SessionView>()(z.object({ pin: z.string().regex(/^\d{6}$/) }), ['unlock/wrong-pin', 'unlock/pin-used-up']),
  'session.unlockPassphrase': verb<SessionView>()(z.object({ passphrase }), ['unlock/wrong-passphrase', 'unlock/throttled']),
  'session.setPin': verb<null>()(z.object({ pin: z.string().regex(/^\d{6}$/) })),
  'session.close': verb<null>()(z.object({})),
  'session.changePassphrase': verb<null>()(z.object({ current: passphrase, next: newPassphrase }), [
    'unlock/wrong-passphrase',
    'passphrase/too-common',
  ]),
  /** A new key for the record on this laptop. The clinic is closed meanwhile, and open again when it answers. */
  'key.rotate': verb<null>()(z.object({ passphrase }), [
    'unlock/wrong-passphrase',
    'unlock/throttled',
    'key/unlock-first',
    'database/damaged',
    'app/already-running',
    'disk/full',
  ]),
  /** Where the window was: open charts, carets, page. Kept in the encrypted database, per person. */
  'ui.save': verb<null>()(z.object({ key: z.string().max(100), value: z.json() })),
  'ui.load': verb<{ value: unknown }>()(z.object({ key: z.string().max(100) })),
  'backup.create': verb<{ file: string; bytes: number; rows: number }>()(z.object({ folder: z.string().min(1).max(2000) }), [
    'backup/folder-unusable',
    'disk/full',
  ]),
  'backup.plan': verb<BackupPlan>()(z.object({})),
  'backup.setPlan': verb<BackupPlan>()(z.object({ folder: z.string().min(1).max(2000).nullable() }), ['backup/folder-unusable']),
  /** Opens a backup with the recovery code, reads it through and holds it against the record. Changes nothing. */
  'backup.drill': verb<Drill>()(z.object({ file: z.string().min(1).max(2000), recoveryCode: z.string().min(10).max(200) }), [
    'backup/unreadable',
    'backup/wrong-code',
    'backup/other-clinic',
    'disk/full',
  ]),
  'backup.inspect': verb<{ clinicName: string; madeAt: string }>()(z.object({ file: z.string().min(1).max(2000) }), ['backup/unreadable']),
  /** On a laptop where the clinic is not open: makes a new device from a backup. */
  'backup.restore': verb<{ clinicId: string; users: { userId: string; name: string }[] }>()(
    z.object({
      file: z.string().min(1).max(2000),
      recoveryCode: z.string().min(10).max(200),
      userId: z.uuid().optional(),
      passphrase: newPassphrase,
    }),
    [
      'backup/unreadable',
      'backup/wrong-code',
      'backup/clinic-exists',
      'backup/choose-user',
      'passphrase/too-common',
      'app/already-running',
    ],
  ),
};
