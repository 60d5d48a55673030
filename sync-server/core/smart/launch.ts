/**
 * From the button on a patient's page to the app. The laptop, with its credential and its person's signature, gets a ticket; the system's browser
 * brings it here, once and within a minute; that browser is given a cookie, and goes to the app with a `launch` that is worth something only with it.
 */
import { readClinic, withClinic } from '#db/postgres/open.ts';
import { addLaunch, openApp, useLaunch } from '#db/postgres/queries/smart.ts';
import { readOne } from '../fhir/read.ts';
import { isFailure } from '../fhir/outcome.ts';
import { reading } from '../fhir/reading.ts';
import { callerOf } from '../fhir/who.ts';
import type { Principal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';
import { actorOf } from '../second-factor.ts';
import { personById } from '#db/postgres/queries/people.ts';
import { logOnServer } from '../server-log.ts';
import type { AppDeps } from './apps.ts';
import { clinicIn, hashOf, newSecret, newTicket } from './secrets.ts';

const TICKET_MS = 60_000;
const LAUNCH_MS = 5 * 60_000;
export const COOKIE = 'smart-launch';

/** Errors: app/unknown, app/device-needed, patient/unknown, patient/blocked, encounter/unknown */
export async function beginLaunch(
  { pool, now }: AppDeps,
  who: Principal,
  { appId, patientId, encounterId }: { appId: string; patientId: string; encounterId: string | null },
): Promise<Result<{ ticket: string }>> {
  const { clinicId, userId, deviceId } = who;
  const app = await readClinic(pool, clinicId, (tx) => openApp(tx, clinicId, appId));
  if (app === undefined) return err('app/unknown');
  if (deviceId === undefined) return err('app/device-needed');
  const seen = await reading(pool, callerOf(who), now(), async (open): Promise<Result<null>> => {
    const patient = await readOne(open, 'Patient', patientId);
    if (isFailure(patient)) return err(patient.status === 403 && patient.patientId !== undefined ? 'patient/blocked' : 'patient/unknown');
    const visit = encounterId === null ? undefined : await readOne(open, 'Encounter', encounterId);
    return visit !== undefined && (isFailure(visit) || visit.patientId !== patientId) ? err('encounter/unknown') : ok(null);
  });
  if (!seen.ok) return seen;
  const ticket = newTicket(clinicId);
  const at = now();
  await withClinic(pool, clinicId, async (tx) => {
    const row = { appId, userId, deviceId, patientId, encounterId, browserHash: null, expiresAt: new Date(at.getTime() + TICKET_MS) };
    await addLaunch(tx, clinicId, hashOf('ticket', ticket), row, at);
    const actor = actorOf(userId, await personById(tx, clinicId, userId));
    const subject = { entity: 'patient', id: patientId, patientId };
    await logOnServer(tx, clinicId, { at, actor, action: 'read', verb: 'app.launch', userId, subject, details: { app: app.name, appId } });
  });
  return ok({ ticket });
}

/** What the browser is answered with; undefined for a ticket that was used, is too old, or is none. */
export async function openLaunch(
  { pool, now }: AppDeps,
  ticket: string,
  { base, isSafe }: { base: string; isSafe: boolean },
): Promise<{ url: string; cookie: string } | undefined> {
  const clinicId = clinicIn('rat', ticket);
  if (clinicId === undefined) return undefined;
  const at = now();
  const launch = newSecret();
  const browser = newSecret();
  return withClinic(pool, clinicId, async (tx) => {
    const begun = await useLaunch(tx, clinicId, hashOf('ticket', ticket), { appId: null, browserHash: null, now: at });
    const app = begun === undefined ? undefined : await openApp(tx, clinicId, begun.appId);
    if (begun === undefined || app === undefined) return undefined;
    const expiresAt = new Date(at.getTime() + LAUNCH_MS);
    await addLaunch(tx, clinicId, hashOf('launch', launch), { ...begun, browserHash: hashOf('browser', browser), expiresAt }, at);
    const url = new URL(app.launchUrl);
    url.searchParams.set('iss', base);
    url.searchParams.set('launch', launch);
    const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${LAUNCH_MS / 1000}${isSafe ? '; Secure' : ''}`;
    return { url: url.href, cookie: `${cookieName(launch, isSafe)}=${browser}; ${flags}` };
  });
}

/** Each launch has its own: two in one browser do not disturb each other. */
export const cookieName = (launch: string, isSafe: boolean): string =>
  `${isSafe ? '__Host-' : ''}${COOKIE}-${hashOf('launch', launch).slice(0, 16)}`;
