/**
 * Earlier notes, diagnoses and appointments out of somebody else's table: which column is what, and what a line of it says. The words stay as they
 * stood; a time that cannot be read is kept as written; a column nobody gave a meaning stays with its line. Nothing is worked out or made up.
 */
import type { ImportedCode, ImportedKind } from '../model/imported.ts';
import { clinicDay, clinicInstant } from './appointments.ts';
import { parseNationalId } from './fodselsnummer.ts';
import { bare, dateFrom, namesOf, restored } from './import-patients.ts';

export const HISTORY_FIELDS = [
  'nationalId',
  'formerId',
  'fullName',
  'givenName',
  'familyName',
  'birthDate',
  'sourceId',
  'kind',
  'when',
  'time',
  'author',
  'title',
  'text',
  'code',
  'codeSystem',
  'codeText',
] as const;
export type HistoryField = (typeof HISTORY_FIELDS)[number];
/** For each column what it is; null: kept with the line as it stands. `text` may be several columns: each is told under its head. */
export type HistoryMapping = readonly (HistoryField | null)[];

const WORDS: Readonly<Record<HistoryField, readonly string[]>> = {
  nationalId: ['fødselsnummer', 'fodselsnummer', 'personnummer', 'fnr', 'fødselsnr', 'fodselsnr', 'personnr'],
  formerId: ['pasientid', 'pasientnr', 'pasientnummer', 'patientid', 'kundenr', 'kundenummer', 'klientid', 'klientnr'],
  fullName: ['navn', 'pasientnavn', 'pasient', 'name', 'patientname'],
  givenName: ['fornavn', 'firstname', 'givenname'],
  familyName: ['etternavn', 'lastname', 'familyname', 'surname'],
  birthDate: ['fødselsdato', 'fodselsdato', 'født', 'fodt', 'dob', 'birthdate'],
  sourceId: ['id', 'notatid', 'journalid', 'konsultasjonsid', 'avtaleid', 'timeid', 'noteid', 'entryid'],
  kind: ['type', 'art', 'kind', 'notattype'],
  when: ['dato', 'datotid', 'tidspunkt', 'konsultasjonsdato', 'notatdato', 'besøksdato', 'date', 'datetime', 'start'],
  time: ['klokkeslett', 'tid', 'kl', 'time'],
  author: ['behandler', 'forfatter', 'skrevetav', 'utøver', 'signertav', 'author', 'practitioner'],
  title: ['tittel', 'overskrift', 'emne', 'title'],
  text: [
    'notat',
    'tekst',
    'journal',
    'journaltekst',
    'journalnotat',
    'innhold',
    'subjektivt',
    'objektivt',
    'vurdering',
    'plan',
    'anamnese',
    'funn',
    'behandling',
    'note',
    'text',
  ],
  code: ['diagnosekode', 'kode', 'icpc', 'icpc2', 'icd10', 'code'],
  codeSystem: ['kodeverk', 'kodesystem', 'codesystem'],
  codeText: ['diagnose', 'diagnosetekst', 'diagnosenavn', 'diagnosis'],
};

export function guessHistoryMapping(headers: readonly string[]): (HistoryField | null)[] {
  const taken = new Set<HistoryField>();
  return headers.map((header) => {
    const field = HISTORY_FIELDS.find((one) => (one === 'text' || !taken.has(one)) && WORDS[one].includes(bare(header)));
    if (field === undefined) return null;
    taken.add(field);
    return field;
  });
}

/** Whether these columns say whose a line is, and anything about it. */
export function saysHistory(mapping: HistoryMapping): boolean {
  const has = (...fields: HistoryField[]): boolean => fields.every((field) => mapping.includes(field));
  const whose = has('nationalId') || has('formerId') || ((has('fullName') || has('givenName', 'familyName')) && has('birthDate'));
  return whose && (has('text') || has('code') || has('codeText') || has('when'));
}

export type HistoryProblem =
  | 'history/empty'
  | 'history/no-person'
  | 'history/too-long'
  | 'history/when'
  | 'history/birth-date'
  | 'history/formula'
  | 'national-id/length'
  | 'national-id/checksum'
  | 'national-id/date'
  | 'national-id/synthetic-not-allowed'
  | 'national-id/only-2032-rule';
/** What a line cannot be taken with. */
export const HISTORY_STOPS: ReadonlySet<HistoryProblem> = new Set(['history/empty', 'history/no-person', 'history/too-long']);

export interface HistoryLine {
  whose: { nationalId: string | null; formerId: string | null; givenName: string; familyName: string; birthDate: string | null };
  entry: {
    kind: ImportedKind;
    sourceId: string | null;
    happenedOn: string | null;
    happenedAt: string | null;
    writtenWhen: string | null;
    writtenBy: string | null;
    title: string | null;
    text: string;
    codes: ImportedCode[];
    rest: [string, string][];
  };
  problems: HistoryProblem[];
}

const LONGEST = { sourceId: 200, author: 200, title: 500, when: 90, formerId: 100, text: 400_000 };

/**
 * One line of the table.
 * @param options.kind what a line is that does not say it itself
 * @param options.today the last day on which anybody is born, `yyyy-mm-dd`
 */
export function historyFrom(
  cells: readonly string[],
  headers: readonly string[],
  mapping: HistoryMapping,
  { synthetic, today, kind }: { synthetic: boolean; today: string; kind: ImportedKind },
): HistoryLine {
  const problems = new Set<HistoryProblem>();
  const cell = (field: HistoryField): string => (cells[mapping.indexOf(field)] ?? '').trim();
  const or = (field: HistoryField): string | null => cell(field) || null;

  const number = or('nationalId') === null ? null : parseNationalId(restored(cell('nationalId')), { synthetic });
  if (number !== null && !number.ok) problems.add(number.code as HistoryProblem);
  if (number?.ok === true && number.onlyNewRule) problems.add('national-id/only-2032-rule');
  const birthDate = or('birthDate') === null ? null : dateFrom(cell('birthDate'), today);
  if (or('birthDate') !== null && birthDate === null) problems.add('history/birth-date');
  const whose = {
    nationalId: number?.ok === true ? number.value : null,
    formerId: or('formerId'),
    birthDate,
    ...namesOf(or('givenName'), or('familyName'), or('fullName')),
  };
  if (whose.nationalId === null && whose.formerId === null && (whose.familyName === '' || birthDate === null))
    problems.add('history/no-person');

  const writtenWhen = [or('when'), or('time')].filter((part) => part !== null).join(' ') || null;
  const when = writtenWhen === null ? null : momentFrom(writtenWhen);
  if (writtenWhen !== null && when === null) problems.add('history/when');

  const texts = mapping.flatMap((field, column) =>
    field === 'text' ? [{ head: headers[column] ?? '', said: (cells[column] ?? '').trimEnd() }] : [],
  );
  const filled = texts.filter(({ said }) => said.trim() !== '');
  const text = texts.length === 1 ? (filled[0]?.said ?? '') : filled.map(({ head, said }) => `${head}:\n${said}`).join('\n\n');
  const code = or('code');
  const codes = code === null && or('codeText') === null ? [] : [{ system: or('codeSystem'), code: code ?? '', text: or('codeText') }];
  // A cell beyond the heads is kept too: a ragged line loses nothing.
  const rest = cells.flatMap((value, column): [string, string][] =>
    value.trim() === '' || (mapping[column] ?? null) !== null ? [] : [[headers[column] ?? `Kolonne ${column + 1}`, value]],
  );
  // What does not say its kind in words we know keeps its words.
  const saidKind = or('kind');
  const known = saidKind === null ? undefined : KINDS[bare(saidKind)];
  if (saidKind !== null && known === undefined) rest.unshift([headers[mapping.indexOf('kind')] ?? 'Type', saidKind]);

  if (text === '' && codes.length === 0 && or('title') === null && when === null && rest.length === 0) problems.add('history/empty');
  if (cells.some((value) => /^\s*[=@]/.test(value))) problems.add('history/formula');
  const lengths = {
    sourceId: cell('sourceId'),
    author: cell('author'),
    title: cell('title'),
    when: writtenWhen ?? '',
    formerId: cell('formerId'),
    text,
  };
  if (Object.entries(lengths).some(([field, value]) => value.length > LONGEST[field as keyof typeof LONGEST]))
    problems.add('history/too-long');
  return {
    whose,
    entry: {
      kind: known ?? kind,
      sourceId: or('sourceId'),
      happenedOn: when?.day ?? null,
      happenedAt: when?.at ?? null,
      writtenWhen,
      writtenBy: or('author'),
      title: or('title'),
      text,
      codes,
      rest,
    },
    problems: [...problems],
  };
}

const KINDS: Readonly<Record<string, ImportedKind>> = {
  notat: 'note',
  journalnotat: 'note',
  konsultasjon: 'note',
  note: 'note',
  diagnose: 'diagnosis',
  diagnosis: 'diagnosis',
  time: 'appointment',
  avtale: 'appointment',
  timeavtale: 'appointment',
  appointment: 'appointment',
  måling: 'measurement',
  dokument: 'document',
  brev: 'document',
};

const MOMENT = /^(\S+?)(?:[T ,]+(?:kl\.? ?)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}(?:\.\d+)?))?(?:(Z)|([+-]\d{2}):?(\d{2})?)?)?$/;

/** A day, with or without an hour: of Norway's clock, unless the zone is said. Null where it is not one moment. */
export function momentFrom(written: string): { day: string; at: string | null } | null {
  const [, dayPart = '', hour, minute, second, utc, hours, minutes = '00'] = MOMENT.exec(written) ?? [];
  const day = dateFrom(dayPart, '2999-12-31');
  if (day === null || hour === undefined || minute === undefined) return day === null ? null : { day, at: null };
  if (Number(hour) > 23 || Number(minute) > 59) return null;
  const clock = `${hour.padStart(2, '0')}:${minute}`;
  // «14:30-15:00» is from when to when, and no zone.
  const isRange = hours?.startsWith('-') === true && second === undefined && !written.includes('T');
  if (utc === undefined && (hours === undefined || isRange)) return { day, at: clinicInstant(day, clock) };
  const moment = new Date(`${day}T${clock}:${second ?? '00'}${utc ?? `${hours}:${minutes}`}`);
  if (Number.isNaN(moment.getTime())) return null;
  const at = moment.toISOString();
  return { day: clinicDay(at), at };
}

/** All that an entry says, in one order: the same words are the same entry. */
export const saidBy = (patientId: string, sourceSystem: string, entry: HistoryLine['entry']): string =>
  JSON.stringify([
    patientId,
    sourceSystem,
    entry.kind,
    entry.sourceId,
    entry.writtenWhen,
    entry.writtenBy,
    entry.title,
    entry.text,
    entry.codes,
    entry.rest,
  ]);
