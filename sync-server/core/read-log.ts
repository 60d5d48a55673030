/** Who may read the clinic's log: an administrator all of it, a clinician what concerns one patient (the patient's right to know, PJF § 14). */
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { brokenEvents, logPage } from '#db/postgres/queries/audit.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { LogAnswer, LogRequest } from '#db/sync/access-log.ts';
import type { Principal } from './principal.ts';
import { err, ok, type Result } from './result.ts';

/** Errors: role/forbidden. */
export async function readLog(
  pool: Pool,
  { clinicId, roles }: Pick<Principal, 'clinicId' | 'roles'>,
  request: LogRequest,
): Promise<Result<LogAnswer>> {
  const allowed = roles.includes('ADMIN') || (readsNotes(roles) && request.patientId !== null);
  if (!allowed) return err('role/forbidden');
  return readClinic(pool, clinicId, async (tx) => {
    const events = await logPage(tx, clinicId, request);
    const broken = await brokenEvents(tx, clinicId);
    return ok({ events: events.slice(0, request.limit), more: events.length > request.limit, broken });
  });
}
