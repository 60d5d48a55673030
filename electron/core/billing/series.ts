/** Who covers a series, and how many visits there have been: told, never stopped. */
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { seriesNotices } from '#db/rules/series.ts';
import type { SeriesNotice } from '#db/rules/series.ts';
import { visitInstants, visitNumber } from '#db/sqlite/queries/encounters.ts';
import { OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { logRead } from '../audit/log-once.ts';
import { billingSettings } from './settings.ts';

const coversOf = (ctx: Context, patientId: string): RowOf<'series_cover'>[] =>
  ctx.rows('series_cover', `${OF_PERSON('patient_id')} order by from_day desc, id`, [personJson(ctx.db, patientId)]);

export function noticesOf(ctx: Context, encounter: RowOf<'encounter'>): SeriesNotice[] {
  const settings = billingSettings(ctx);
  const covers = coversOf(ctx, encounter.patientId).filter(({ ended }) => !ended);
  if (settings.visitNotice === null && covers.length === 0) return [];
  const day = clinicDay(encounter.visitAt);
  const visitDays = visitInstants(ctx.db, encounter.patientId)
    .filter((at) => at <= encounter.visitAt)
    .map(clinicDay);
  return seriesNotices(
    {
      day,
      inSeries: visitNumber(ctx.db, encounter),
      inYear: visitDays.filter((other) => other.slice(0, 4) === day.slice(0, 4)).length,
    },
    settings,
    covers.map((cover) => ({ ...cover, visitDays })),
  );
}

export const seriesHandlers = [
  useCase('cover.list', (ctx, { patientId }) => {
    const stays = staysOf(ctx.db, patientId);
    if (ctx.get('patient', stays) === undefined) return err('patient/unknown');
    logRead(ctx, { subjectEntity: 'series_cover', subjectId: stays, patientId: stays });
    const days = visitInstants(ctx.db, stays).map(clinicDay);
    return ok({
      covers: coversOf(ctx, stays).map((cover) => ({
        ...cover,
        used: days.filter((day) => cover.fromDay <= day && (cover.toDay === null || day <= cover.toDay)).length,
      })),
    });
  }),
  useCase('cover.save', (ctx, { id, patientId, ...fields }) => {
    const stays = staysOf(ctx.db, patientId);
    if (ctx.get('patient', stays) === undefined) return err('patient/unknown');
    const known = id === undefined ? undefined : ctx.get('series_cover', id);
    if (id !== undefined && known === undefined) return err('cover/unknown');
    const row =
      known === undefined ? ctx.insert('series_cover', { patientId: stays, ...fields }) : ctx.patch('series_cover', known.id, fields);
    ctx.audit({ action: known === undefined ? 'create' : 'change', subjectEntity: 'series_cover', subjectId: row.id, patientId: stays });
    return ok(row);
  }),
];
