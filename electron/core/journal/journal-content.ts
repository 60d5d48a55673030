/** What stands in a patient's journal, in the words of the day it was signed, for the copy that is handed over. */
import type { SignedContent } from '#db/model/encounter.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { AMENDMENT_WORDS, IMPORTED_WORDS, SAFETY_WORDS, SECTION_WORDS, VISIT_WORDS } from '#db/rules/journal-words.ts';
import { explained } from '#db/rules/jargon.ts';
import { answerWords } from '#db/rules/questionnaire-answers.ts';
import { redFlagRegions } from '#db/rules/red-flags.ts';
import { factsOfPerson, safetyStates } from '#db/rules/safety.ts';
import { importedEntriesOf } from '#db/sqlite/queries/imported.ts';
import { OF_PERSON, personJson, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { longDate } from '#db/documents/norwegian.ts';
import type { JournalContent, JournalNote, JournalPart } from '#db/documents/render-journal.ts';
import { answersOf, linesOf, titleOf } from '../answers/verbs.ts';
import { noteParts } from '../encounters/note-parts.ts';
import { fullName } from '../patients/patient-view.ts';
import { attachmentsOf, lettersOf } from './journal-letters.ts';

const ANSWERS = { yes: 'ja', no: 'nei' } as const;

/** Undefined when there is no such patient. Oldest note first; what was discarded before it was signed is not part of a journal. */
export function journalOf(
  ctx: Context,
  patientId: string,
  { explains, ...handedOver }: { recipient: string; basis: string; explains: boolean },
): JournalContent | undefined {
  const patient = ctx.get('patient', staysOf(ctx.db, patientId));
  const ids = personJson(ctx.db, patientId);
  const clinic = ctx.get('clinic', ctx.clinicId);
  if (patient === undefined || clinic === undefined) return undefined;
  const { name, orgNumber, addressLine, postalCode, city, phone, letterhead } = clinic;
  const visits = ctx.rows('encounter', `${OF_PERSON('patient_id')} and status <> 'discarded' order by visit_at, id`, [ids]);
  const told = {
    notes: [...importedEntriesOf(ctx.db, patientId).map(importedNote), ...visits.map((visit) => noteOf(ctx, visit))].toSorted((a, b) =>
      (a.visitAt ?? '') < (b.visitAt ?? '') ? -1 : a.visitAt === b.visitAt ? 0 : 1,
    ),
    letters: lettersOf(ctx, ids),
    lists: listsOf(ctx, ids),
  };
  return {
    clinic: { clinicName: name, orgNumber, addressLine, postalCode, city, phone, letterhead },
    patient: { ...patient, name: fullName(patient) },
    ...handedOver,
    madeAt: ctx.now,
    madeBy: ctx.actor.name,
    facts: factsOf(ctx, ids),
    ...told,
    lists: [...told.lists, ...(explains ? glossaryOf(told) : [])],
  };
}

/** @param ids of all the registrations of the patient, as JSON */
function factsOf(ctx: Context, ids: string): JournalPart[] {
  const asked = safetyStates(factsOfPerson(ctx.rows('safety_fact', OF_PERSON('patient_id'), [ids])).facts).filter(
    ({ state }) => state !== 'not_asked',
  );
  const guardians = ctx.rows('guardian', `${OF_PERSON('patient_id')} order by name`, [ids]);
  return [
    {
      heading: 'Viktig før behandling',
      text: asked
        .map(({ kind, state, detail }) => `${SAFETY_WORDS[kind] ?? kind}: ${state === 'yes' ? (detail ?? 'ja') : 'nei'}`)
        .join('\n'),
    },
    { heading: 'Foresatte', text: guardians.map((one) => [one.name, one.phone].filter(Boolean).join(', ')).join('\n') },
  ];
}

function noteOf(ctx: Context, visit: RowOf<'encounter'>): JournalNote {
  const { visitAt, recordedAt, visitType } = visit;
  const content = visit.signedContent ?? unsignedContent(ctx, visit);
  const practitioner = ctx.get('user', visit.practitionerId)?.name ?? '';
  const additions = ctx
    .rows('amendment', "encounter_id = ? and status = 'signed' order by signed_at", [visit.id])
    .map((one) => ({ heading: AMENDMENT_WORDS[one.kind] ?? one.kind, text: additionText(one) }));
  const marks = { draft: 'Ikke signert', entered_in_error: `Feilført: ${visit.closedReason ?? ''}`, signed: null, discarded: null };
  return {
    visitAt,
    recordedAt,
    title: VISIT_WORDS[visitType],
    signed: visit.signedContent === null ? `Begynt av ${practitioner}` : signedLine(visit.signedContent),
    mark: marks[visit.status],
    parts: [...partsOf(content), doneIn(visit), ...additions].filter(({ text }) => text.trim() !== ''),
  };
}

/** Brought in from another system: as it stood there, with who wrote it there, and nobody's signature here. */
function importedNote(row: RowOf<'imported_entry'>): JournalNote {
  return {
    visitAt: row.happenedAt ?? row.happenedOn,
    recordedAt: row.addedAt,
    title: row.title ?? IMPORTED_WORDS[row.kind],
    signed: [`Overført fra ${row.sourceSystem}`, row.writtenBy === null ? null : `skrevet av ${row.writtenBy}`].filter(Boolean).join(', '),
    mark: 'Overført, ikke signert her',
    parts: [
      { heading: IMPORTED_WORDS[row.kind], text: row.text },
      {
        heading: 'Koder',
        text: row.codes
          .map(({ system, code, text }) => [code, text, system === null ? null : `(${system})`].filter(Boolean).join(' '))
          .join('\n'),
      },
      { heading: 'Tidspunkt som det sto', text: row.writtenWhen ?? '' },
      { heading: 'Andre felt', text: row.rest.map(([head, value]) => `${head}: ${value}`).join('\n') },
    ].filter(({ text }) => text.trim() !== ''),
  };
}

type Written = Pick<SignedContent, 'sections' | 'observations' | 'redFlags' | 'treatmentConsent' | 'diagnoses'>;

function unsignedContent(ctx: Context, visit: RowOf<'encounter'>): Written {
  const { sections, observations, redFlags, consent, diagnoses } = noteParts(ctx, visit);
  return {
    sections: [...sections],
    observations: observations.flatMap(({ code, value }) => (value === null ? [] : [{ code, value }])),
    redFlags: [...redFlags],
    treatmentConsent: consent === null || consent.given === null ? null : { given: consent.given, comment: consent.comment },
    diagnoses: [...diagnoses],
  };
}

function partsOf({ sections, observations, redFlags, treatmentConsent, diagnoses }: Written): JournalPart[] {
  const flags = redFlags.map(({ region, question, answer, comment }) => {
    const asked = redFlagRegions.find(({ key }) => key === region)?.questions.find(({ key }) => key === question)?.text ?? question;
    return `${asked}: ${[answer === null ? 'ikke besvart' : ANSWERS[answer], comment].filter(Boolean).join(' – ')}`;
  });
  const consented =
    treatmentConsent === null ? '' : [treatmentConsent.given ? 'Gitt' : 'Ikke gitt', treatmentConsent.comment].filter(Boolean).join(' – ');
  return [
    ...sections.map(({ key, text }) => ({ heading: SECTION_WORDS[key] ?? key, text })),
    {
      heading: 'Smerte nå (NRS 0–10)',
      text: observations
        .filter(({ code }) => code === 'nrs-now')
        .map(({ value }) => String(value))
        .join('\n'),
    },
    { heading: 'Røde flagg', text: flags.join('\n') },
    { heading: 'Samtykke', text: consented },
    {
      heading: 'Diagnose',
      text: diagnoses.map(({ system, code, text }) => `${code} ${text}${system === 'icd-10' ? ' (ICD-10)' : ''}`).join('\n'),
    },
  ];
}

/** What was done, as it was signed; without prices: they stand on the receipt. */
function doneIn({ signedContent }: RowOf<'encounter'>): JournalPart {
  const lines = signedContent?.treatmentLines ?? [];
  return { heading: 'Utført', text: lines.map(({ label, quantity }) => (quantity === 1 ? label : `${label} × ${quantity}`)).join('\n') };
}

function signedLine({ signedBy, signedAt }: SignedContent): string {
  const hpr = signedBy.hprNumber === null ? null : `HPR-nummer ${signedBy.hprNumber}`;
  return `Signert ${longDate(clinicDay(signedAt))} av ${[signedBy.name, hpr].filter(Boolean).join(', ')}`;
}

function additionText({ text, reason, authorName, authorHprNumber, signedAt }: RowOf<'amendment'>): string {
  const hpr = authorHprNumber === null ? null : `HPR-nummer ${authorHprNumber}`;
  const signed = `Signert ${signedAt === null ? '' : longDate(clinicDay(signedAt))} av ${[authorName, hpr].filter(Boolean).join(', ')}`;
  return [text, reason === null ? null : `Grunn: ${reason}`, signed].filter(Boolean).join('\n');
}

function listsOf(ctx: Context, ids: string): JournalPart[] {
  const absences = ctx.rows('sick_leave', `${OF_PERSON('patient_id')} and entered_in_error = 0 order by from_day, id`, [ids]);
  return [
    { heading: 'Fravær fra arbeid', text: absences.map(absenceWords).join('\n') },
    attachmentsOf(ctx, ids),
    // Oldest first, as everything here.
    ...answersOf(ctx, ids)
      .toReversed()
      .map((row) => ({
        heading: `Svar: ${titleOf(row.questionnaire).title}`,
        text: [`Besvart ${longDate(clinicDay(row.authoredAt))}${ENDED[row.status] ?? ''}`, ...linesOf(row).map(answerWords)].join('\n'),
      })),
  ];
}

function absenceWords({ origin, fromDay, toDay, gradePercent, note }: RowOf<'sick_leave'>): string {
  if (origin === 'none_earlier') return `Spurt ${longDate(fromDay)}: ikke tidligere fravær`;
  const grade = gradePercent === null ? null : `${gradePercent} %`;
  const other = origin === 'elsewhere' ? 'sykmeldt av andre, etter pasientens opplysning' : null;
  return [`${longDate(fromDay)} – ${longDate(toDay)}`, grade, other, note].filter(Boolean).join(', ');
}

/** What the words of the profession mean, of those that stand in the copy. */
function glossaryOf({ notes, letters, lists }: Pick<JournalContent, 'notes' | 'letters' | 'lists'>): JournalPart[] {
  const texts = [...notes, ...letters].flatMap(({ parts }) => parts.map(({ text }) => text));
  const terms = explained([...texts, ...lists.map(({ text }) => text)]);
  return terms.length === 0
    ? []
    : [{ heading: 'Ordforklaringer', text: terms.map(({ term, meaning }) => `${term}: ${meaning}`).join('\n') }];
}

const ENDED: Readonly<Record<string, string>> = {
  'in-progress': ' (ikke ferdig)',
  amended: ' (endret)',
  'entered-in-error': ' (feilført)',
  stopped: ' (avbrutt)',
};
