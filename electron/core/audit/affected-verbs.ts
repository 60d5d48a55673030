/** Who was touched by a breach, on the page and as a file (affected.ts); each asking is logged, with what was asked and how many it named. */
import type { AffectedList } from '#electron/contract/audit.ts';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import type { Context } from '../context.ts';
import { csv } from '#db/documents/csv.ts';
import { fullName } from '../patients/patient-view.ts';
import type { CoreServices } from '../services.ts';
import { service } from '../use-case.ts';
import { affectedBy, type ShownEntity } from './affected.ts';
import { wholePeriod, type LogEvent } from './fetch-log.ts';

interface Asked {
  from: string;
  to: string;
  deviceId: string | null;
  actorId: string | null;
}

export const affectedHandlers = [
  service('audit.affected', async (services, asked) => {
    const found = await affected(services, asked, 'read');
    return found.ok ? ok(found.value.list) : found;
  }),
  service('audit.affectedFile', async (services, { from, to, deviceId, actorId }) => {
    const found = await affected(services, { from, to, deviceId, actorId }, 'export');
    if (!found.ok) return found;
    const { list, day } = found.value;
    const text = csv([
      ['Navn', 'Fødselsdato', 'Åpnet', 'Vist i lister og søk', 'Tatt ut', 'Skrevet i', 'Første gang (UTC)', 'Siste gang (UTC)', 'Id'],
      ...list.patients.map(({ patientId, name, birthDate, opened, shown, taken, changed, first, last }) => [
        name ?? '',
        birthDate ?? '',
        opened,
        shown,
        taken,
        changed,
        first,
        last,
        patientId,
      ]),
    ]);
    return ok({ base64: Buffer.from(text).toString('base64'), mediaType: 'text/csv', fileName: `berorte-${day}.csv` });
  }),
];

async function affected(
  services: CoreServices,
  asked: Asked,
  action: 'read' | 'export',
): Promise<Result<{ list: AffectedList; day: string }>> {
  const { clinic, ports } = services;
  if (clinic === null) return err('session/closed');
  const { deviceId, ...period } = asked;
  const log = await wholePeriod(ports, clinic, period);
  if (!log.ok) return log;
  // Somebody else may have come in while the server was asked.
  if (services.clinic !== clinic) return err('session/closed');
  return services.transaction((ctx) => {
    const events = log.value.events.filter((event) => deviceId === null || event.deviceId === deviceId);
    const list = listOf(ctx, { ...log.value, events });
    ctx.audit({ action, details: { affected: { ...asked }, count: list.patients.length } });
    return ok({ list, day: clinicDay(ctx.now) });
  });
}

function listOf(ctx: Context, log: { source: 'clinic' | 'device'; events: readonly LogEvent[]; broken: number | null }): AffectedList {
  const owners = new Map<string, string | undefined>();
  const { patients, lists, unknown } = affectedBy(
    log.events.map((event) => personal(ctx, event)),
    (entity, id) => {
      const key = `${entity}/${id}`;
      if (!owners.has(key)) owners.set(key, ownerOf(ctx, entity, id));
      return owners.get(key);
    },
  );
  const views = patients.map((touched) => {
    const patient = ctx.get('patient', touched.patientId);
    return { ...touched, name: patient === undefined ? null : fullName(patient), birthDate: patient?.birthDate ?? null };
  });
  const byName = (one: { name: string | null }): string => one.name ?? '\uFFFF';
  return {
    source: log.source,
    events: log.events.length,
    broken: log.broken,
    patients: views.toSorted((a, b) => byName(a).localeCompare(byName(b), 'nb')),
    lists,
    unknown,
  };
}

/** As the person who stays: one who was registered twice is told once. */
function personal(ctx: Context, event: LogEvent): LogEvent {
  const stays = (value: unknown): unknown => (Array.isArray(value) ? [...new Set(value.map((id) => staysOf(ctx.db, String(id))))] : value);
  const { hits, patients } = event.details;
  return {
    ...event,
    patientId: event.patientId === null ? null : staysOf(ctx.db, event.patientId),
    details: {
      ...event.details,
      ...(hits === undefined ? {} : { hits: stays(hits) }),
      ...(patients === undefined ? {} : { patients: stays(patients) }),
    },
  };
}

function ownerOf(ctx: Context, entity: ShownEntity, id: string): string | undefined {
  const patientId =
    entity === 'patient'
      ? ctx.get('patient', id)?.id
      : entity === 'note_section'
        ? ctx.get('encounter', ctx.get('note_section', id)?.encounterId ?? '')?.patientId
        : ctx.get(entity, id)?.patientId;
  return patientId === undefined ? undefined : staysOf(ctx.db, patientId);
}
