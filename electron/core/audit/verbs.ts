/** The log is looked at, which is logged; and the patient gets theirs on paper (pjl § 22, PJF § 14). */
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { anchors } from '#db/sqlite/queries/anchors.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import { renderAccessLog } from '#db/documents/render-access-log.ts';
import { fullName } from '../patients/patient-view.ts';
import { needsSecondPerson } from '../exporting/second-person.ts';
import { service } from '../use-case.ts';
import { reportRows } from './access-report.ts';
import { logPage, wholeChain, wholeLogOf } from './fetch-log.ts';
import { verifyLog } from './verify-log.ts';

export const auditHandlers = [
  service('audit.list', async (services, { where, ...request }) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const page = await logPage(services.ports, clinic, request, where === 'device');
    if (!page.ok) return page;
    return services.transaction((ctx) => {
      const { patientId, actorId, action, from, to } = request;
      if (request.before === null) ctx.audit({ action: 'read', patientId, details: { log: { actorId, action, from, to } } });
      const nameOf = (id: string | null): string | null => {
        const patient = id === null ? undefined : ctx.get('patient', staysOf(ctx.db, id));
        return patient === undefined ? null : fullName(patient);
      };
      // The server's own events have the clinic's id (sync-server/core/server-log.ts).
      const deviceOf = (id: string): string | null => (id === ctx.clinicId ? 'Server' : (ctx.get('device', id)?.name ?? null));
      const events = page.value.events.map(
        ({ place, at, actorName, roles, action: did, verb, subjectEntity, patientId: whose, reason, intact, deviceId }) => ({
          place,
          at,
          actorName,
          roles: [...roles],
          action: did,
          verb,
          subjectEntity,
          patientName: nameOf(whose),
          deviceName: deviceOf(deviceId),
          reason,
          intact,
        }),
      );
      return ok({ ...page.value, events });
    });
  }),

  service('audit.verify', async (services) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const whole = await wholeChain(ports, clinic);
    if (!whole.ok) return whole;
    if (services.clinic !== clinic) return err('session/closed');
    const known = anchors(clinic.db);
    const verdict = verifyLog(whole.value, known);
    services.transaction((ctx) => {
      ctx.audit({
        action: 'read',
        details: { verified: verdict.events, broken: verdict.broken.length, rewritten: verdict.rewritten.length },
      });
      return ok(null);
    });
    return ok({ ...verdict, anchors: known.length });
  }),

  service('audit.report', async (services, { patientId }) => {
    const { clinic, ports } = services;
    if (clinic === null) return err('session/closed');
    const whose = services.transaction((ctx) => {
      const patient = ctx.get('patient', patientId);
      const own = ctx.get('clinic', ctx.clinicId);
      if (patient === undefined || own === undefined) return err('patient/unknown');
      const alone = needsSecondPerson(ctx, patientId);
      if (alone !== undefined) return alone;
      ctx.audit({ action: 'export', subjectEntity: 'patient', subjectId: patientId, patientId, details: { what: 'access-log' } });
      const { name, orgNumber, addressLine, postalCode, city, phone, letterhead } = own;
      const head = { clinicName: name, orgNumber, addressLine, postalCode, city, phone, letterhead };
      const { birthDate } = patient;
      return ok({
        ids: personIds(ctx.db, patientId),
        head,
        patientName: fullName(patient),
        birthDate,
        madeAt: ctx.now,
        madeBy: ctx.actor.name,
      });
    });
    if (!whose.ok) return whose;
    const { ids, ...about } = whose.value;
    const log = await wholeLogOf(ports, clinic, ids);
    if (!log.ok) return log;
    const pdf = await renderAccessLog({ ...about, whole: log.value.whole, rows: reportRows(log.value.events) });
    return ok({
      base64: Buffer.from(pdf).toString('base64'),
      mediaType: 'application/pdf',
      fileName: `innsynslogg-${clinicDay(about.madeAt)}.pdf`,
    });
  }),
];
