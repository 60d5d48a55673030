/** Which journals have been kept for as long as they must (db/rules/retention.ts). Says so and deletes nothing. */
import { DUE_PAGE } from '#electron/contract/journal.ts';
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay, clinicDayBounds } from '#db/rules/appointments.ts';
import { dueBefore, keptUntil, refuseForAge } from '#db/rules/retention.ts';
import { journalsQuietSince } from '#db/sqlite/queries/retention.ts';
import { readReplica } from '#db/sqlite/store.ts';
import { localStatus } from '../replica.ts';
import { service } from '../use-case.ts';

export const retentionHandlers = [
  service('retention.due', async (services, { years }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const status = services.replica()?.status() ?? localStatus(clinic.db);
    return services.transaction((ctx) => {
      // A laptop of the desk holds no notes: every journal would look as if nothing had been written in it for years.
      if (ctx.get('device', ctx.deviceId)?.audience !== 'clinical') return err('retention/no-notes-here');
      const joined = readReplica(ctx.db, 'server-url') !== undefined;
      if (joined && (status.state === 'catching_up' || status.lastSyncedAt === null)) return err('retention/catching-up');
      const today = clinicDay(ctx.now);
      const found = journalsQuietSince(ctx.db, clinicDayBounds(dueBefore(today, years)).from, DUE_PAGE);
      const journals = found.slice(0, DUE_PAGE).flatMap(({ lastEntryAt, ...patient }) => {
        const lastEntry = clinicDay(lastEntryAt);
        return refuseForAge(lastEntry, today, years) === null ? [{ ...patient, lastEntry, keptUntil: keptUntil(lastEntry, years) }] : [];
      });
      ctx.audit({
        action: 'read',
        subjectEntity: 'patient',
        details: { retention: { years }, patients: journals.map(({ patientId }) => patientId) },
      });
      return ok({ journals, more: found.length > DUE_PAGE, lastSyncedAt: status.lastSyncedAt });
    });
  }),
];
