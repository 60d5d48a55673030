/** Everything the chart shows, read in a handful of indexed queries. */
import type { ChartView } from '#electron/contract/encounters.ts';
import { taksterKi } from '#db/reference/takster-ki.ts';
import { preflight } from '#db/rules/claims.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import { claimedEarlier, previousVisits, saltSource, visitNumber } from '#db/sqlite/queries/encounters.ts';
import { OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import { stampOf } from '#db/sync/row.ts';
import type { StoredRow } from '#db/sync/row.ts';
import { noticesOf } from '../billing/series.ts';
import type { Context } from '../context.ts';
import { patientView } from '../patients/patient-view.ts';
import { noteParts } from './note-parts.ts';

export function chartView(ctx: Context, encounter: RowOf<'encounter'>): ChartView | null {
  const patient = ctx.get('patient', staysOf(ctx.db, encounter.patientId));
  if (patient === undefined) return null;
  const parts = noteParts(ctx, encounter);
  const siblings = ctx.rows('note_section', "encounter_id = ? and sibling_state = 'open'", [encounter.id]);
  const keys = visitTypeOf(encounter.visitType).sections.map((section) => section.key as string);
  const written = parts.sections.filter((section) => !keys.includes(section.key) && section.text !== '').map((section) => section.key);
  const source = encounter.status === 'draft' ? saltSource(ctx.db, encounter) : undefined;
  return {
    encounter,
    practitionerName: ctx.get('user', encounter.practitionerId)?.name ?? '',
    episode: encounter.episodeId === null ? null : (ctx.get('episode', encounter.episodeId) ?? null),
    visitNumber: visitNumber(ctx.db, encounter),
    patient: patientView(ctx, patient),
    sections: [...keys, ...written].map((key) => {
      const section = parts.sections.find((candidate) => candidate.key === key);
      return {
        key,
        id: section?.id ?? null,
        text: section?.text ?? '',
        textSeq: section === undefined ? 0 : (stampOf(section as unknown as StoredRow, 'note_section', 'text')?.[0] ?? section.seq),
        origin: section?.origin ?? 'typed',
        originEncounterId: section?.originEncounterId ?? null,
        originText: section?.originText ?? null,
        review: section?.review ?? 'none',
        siblings: siblings
          .filter((sibling) => sibling.siblingOfId === section?.id)
          .map((sibling) => {
            const device = stampOf(sibling as unknown as StoredRow, 'note_section', 'text')?.[1];
            return {
              id: sibling.id,
              text: sibling.text,
              deviceName: device === undefined ? null : (ctx.get('device', device)?.name ?? null),
              at: null,
            };
          }),
      };
    }),
    observations: parts.observations.map(({ code, value }) => ({ code, value })),
    redFlags: parts.redFlags.map(({ region, question, answer, comment }) => ({ region, question, answer, comment })),
    treatmentConsent: parts.consent === null ? null : { given: parts.consent.given, comment: parts.consent.comment },
    diagnoses: [...parts.diagnoses],
    lines: [...parts.lines],
    claimProblems: preflight(taksterKi, {
      lines: parts.lines,
      visitAt: encounter.visitAt,
      earlierInSeries: claimedEarlier(ctx.db, encounter),
      inSeries: encounter.episodeId !== null || encounter.status === 'draft',
      diagnosed: parts.diagnoses.some(({ system }) => system === 'icpc-2'),
      hasNationalId: patient.nationalId !== null,
      hasHpr: (ctx.get('user', encounter.practitionerId)?.hprNumber ?? null) !== null,
      signedLines: encounter.signedContent?.treatmentLines ?? null,
    }),
    seriesNotices: noticesOf(ctx, encounter),
    payments: ctx.rows('payment', 'encounter_id = ? order by paid_at', [encounter.id]),
    amendments: ctx.rows('amendment', "encounter_id = ? and status <> 'discarded' order by coalesce(signed_at, '9') desc", [encounter.id]),
    letters: ctx
      .rows('letter', `${OF_PERSON('patient_id')} order by signed_at desc`, [personJson(ctx.db, encounter.patientId)])
      .map(({ id, kind, status }) => ({ id, kind, status })),
    previous: previousVisits(ctx.db, encounter.patientId, encounter.id, 30),
    saltSource: source === undefined ? null : { id: source.id, visitAt: source.visitAt },
    appointmentId: encounter.appointmentId,
    readOnly: encounter.status !== 'draft',
  };
}
