/** Earlier notes as another program writes them, taken into a clinic: as they stood, whose they are for certain, nothing twice, undone as one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

let practice: Practice;
let kari: string;
beforeEach(async () => {
  practice = await openPractice();
  kari = await practice.patient({
    givenName: 'Kari',
    familyName: 'Nordmann',
    birthDate: '1980-02-01',
    nationalId: KARI,
    missingNationalIdReason: null,
  });
});
afterEach(() => practice.close());

const KARI = syntheticNationalId({ birthDate: '1980-02-01', n: 3 });
const HEAD = 'Fnr;Dato;Behandler;Notat;Diagnosekode;Diagnose;Saldo';
const LINES = [
  HEAD,
  `${KARI.slice(1)};01.03.2019 14:30;Per Gammel;Vondt i rygg, åpenbart;L84;Ryggsyndrom;17`,
  `${KARI};en gang i fjor;;Bedre;;;`,
];
const file = (lines: readonly string[], encoding: BufferEncoding = 'utf8') => ({
  base64: Buffer.from(lines.join('\r\n'), encoding).toString('base64'),
  fileName: 'journal.csv',
  sourceSystem: 'Gammelt system',
});
const look = (lines: readonly string[], more: object = {}) =>
  practice.must('import.lookHistory', { ...file(lines), mapping: null, ...more });
const run = async (lines: readonly string[], more: object = {}) =>
  practice.must('import.runHistory', { ...file(lines), mapping: (await look(lines)).mapping, ...more });
const entries = async () =>
  (await practice.db()).prepare('select * from imported_entry order by line, rowid').all() as Record<string, string | number | null>[];
const timeline = async (patientId = kari) =>
  (await practice.must('patient.timeline', { patientId })).items.filter(({ kind }) => kind === 'imported');

describe('looking', () => {
  it('knows the columns, the patient by a number whose nought was eaten, and writes nothing', async () => {
    const seen = await practice.must('import.lookHistory', { ...file(LINES, 'latin1'), mapping: null });
    expect(seen).toMatchObject({ encoding: 'windows-1252', total: 2, counts: { new: 2, wrong: 0, nobody: 0 } });
    expect(seen.mapping).toEqual(['nationalId', 'when', 'author', 'text', 'code', 'codeText', null]);
    expect(await entries()).toEqual([]);
  });

  it('a name and a birth date are a person to be decided about, never taken by themselves', async () => {
    const twin = await practice.patient({ givenName: 'Ola', familyName: 'Berg', birthDate: '1975-04-03' });
    const other = await practice.patient({ givenName: 'Ola', familyName: 'Berg', birthDate: '1975-04-03' });
    const lines = ['Navn;Født;Notat', 'Berg, Ola;03.04.1975;a', 'Ola Berg;03.04.1975;b', 'Nå Ukjent;01.01.1990;c'];
    const seen = await look(lines);
    expect(seen.counts).toMatchObject({ new: 0, unsure: 2, nobody: 1 });
    const { details } = (await practice.db())
      .prepare("select details from audit_event where action = 'search' order by rowid desc")
      .get() as {
      details: string;
    };
    expect((JSON.parse(details) as { hits: string[] }).hits.toSorted()).toEqual([twin, other].toSorted());
    const [person, stranger] = seen.persons;
    expect(person?.candidates.map(({ id }) => id).toSorted()).toEqual([twin, other].toSorted());
    expect([person?.lines, stranger?.candidates]).toEqual([2, []]);
    expect((await run(lines)).taken).toBe(0);
    expect(await run(lines, { choices: { [person?.key ?? '']: other } })).toMatchObject({ taken: 2, left: 1 });
    expect((await entries()).map((row) => [row['patient_id'], row['matched_by']])).toEqual([
      [other, 'chosen'],
      [other, 'chosen'],
    ]);
  });

  it('the report can be kept, and nothing in it is run by a spreadsheet', async () => {
    const { report, counts } = await look(['Fnr;Navn;Født;Notat', `;=cmd|calc;01.01.1980;x`, `${KARI};;;=SUM(1)`, ';;;tekst uten noen']);
    expect(counts).toMatchObject({ wrong: 1, nobody: 1, new: 1 });
    expect(report).not.toMatch(/(^|;)"[=+@-]/m);
    expect(report).toContain('Linjen sier ikke hvem det gjelder.');
  });

  it('a birth date to come and a number that fits only the rule of 2032 are told', async () => {
    const { lines } = await look(['Navn;Født;Pasientnr;Notat', 'Kari Nordmann;01.01.2190;7;x']);
    expect(lines[0]?.problems).toEqual(['history/birth-date']);
  });
});

describe('taking', () => {
  it("keeps what stood: time, author, words, code and the columns nobody named; and the patient's page, copy and data have it", async () => {
    expect(await run(LINES)).toMatchObject({ taken: 2, left: 0 });
    const [first, second] = await entries();
    expect(first).toMatchObject({
      patient_id: kari,
      kind: 'note',
      happened_on: '2019-03-01',
      happened_at: '2019-03-01T13:30:00.000Z',
      written_when: '01.03.2019 14:30',
      written_by: 'Per Gammel',
      text: 'Vondt i rygg, åpenbart',
      matched_by: 'national-id',
      rest: '[["Saldo","17"]]',
    });
    expect(JSON.parse(String(first?.['codes']))).toEqual([{ system: null, code: 'L84', text: 'Ryggsyndrom' }]);
    expect(second).toMatchObject({ happened_on: null, happened_at: null, written_when: 'en gang i fjor', written_by: null, codes: '[]' });
    expect((await timeline()).map(({ at, practitionerName }) => [at, practitionerName])).toEqual([
      ['2019-03-01T13:30:00.000Z', 'Per Gammel'],
      ['', null],
    ]);
    const copy = await practice.must('journal.copy', { patientId: kari, recipient: 'Kari', basis: 'patient', form: 'data', warned: true });
    const { rows } = JSON.parse(Buffer.from(copy.base64, 'base64').toString()) as { rows: Record<string, unknown[]> };
    expect([rows['imported_entry']?.length, rows['import_batch']?.length]).toEqual([2, 1]);
  });

  it('the same file again takes nothing; a corrected line is shown with both words, and stands beside the older one only when it is meant', async () => {
    await run(LINES);
    expect(await run(LINES)).toEqual({ importId: null, taken: 0, left: 2 });
    const corrected = [HEAD, (LINES[1] ?? '').replace('Vondt', 'Litt vondt'), LINES[2] ?? ''];
    const { counts, lines } = await look(corrected);
    expect(counts).toMatchObject({ changed: 1, again: 1, new: 0 });
    expect(lines[0]).toMatchObject({ was: 'Vondt i rygg, åpenbart', becomes: 'Litt vondt i rygg, åpenbart' });
    expect((await run(corrected)).taken).toBe(0);
    expect((await run(corrected, { changed: true })).taken).toBe(1);
    expect((await entries()).map((row) => row['text'])).toContain('Vondt i rygg, åpenbart');
    expect((await timeline()).map(({ summary }) => summary)).toEqual(['Litt vondt i rygg, åpenbart', 'Bedre']);
  });

  it('one undo: nothing of it is shown, and the file can be taken in anew', async () => {
    const { importId } = await run(LINES);
    await practice.must('import.undo', { id: importId ?? '' });
    expect(await timeline()).toEqual([]);
    expect((await practice.must('import.runs', {})).runs).toMatchObject([{ taken: 2, undoneAt: expect.any(String) as string }]);
    expect((await run(LINES)).taken).toBe(2);
    expect(await timeline()).toHaveLength(2);
  });

  it("the other system's number finds whom it registered; how the columns were read is remembered", async () => {
    const register = Buffer.from('Fornavn;Etternavn;Pasientnr\nOla;Berg;P-7').toString('base64');
    await practice.must('import.run', {
      base64: register,
      mapping: ['givenName', 'familyName', 'formerId'],
      sourceSystem: 'Gammelt system',
    });
    const lines = ['X;Y;Z', 'P-7;2020-01-02;Notat fra den gang'];
    expect((await look(lines)).counts.new).toBe(0);
    const mapping = ['formerId', 'when', 'text'] as const;
    expect(await practice.must('import.runHistory', { ...file(lines), mapping: [...mapping] })).toMatchObject({ taken: 1 });
    expect((await entries())[0]).toMatchObject({ matched_by: 'former-id', happened_on: '2020-01-02' });
    expect((await look(lines)).mapping).toEqual(mapping);
  });

  it('what was brought in cannot be changed', async () => {
    await run(LINES);
    const db = await practice.db();
    expect(() => db.exec("update imported_entry set text = 'annet'")).toThrow('signed/immutable');
    expect(() => db.exec('delete from imported_entry')).toThrow('signed/immutable');
  });

  it('a line with more cells than heads loses none; several columns of text stand under their heads', async () => {
    await run(['Fnr;Subjektivt;Plan', `${KARI};Vondt;Hvile;og mer`]);
    expect((await entries())[0]).toMatchObject({ text: 'Subjektivt:\nVondt\n\nPlan:\nHvile', rest: '[["Kolonne 4","og mer"]]' });
  });

  it('neither an assistant nor an administrator who reads no notes brings in history', async () => {
    await practice.asColleague(['ADMIN']);
    expect(await practice.call('import.lookHistory', { ...file(LINES), mapping: null })).toMatchObject({ code: 'permission/denied' });
  });
});
