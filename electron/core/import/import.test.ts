/** A patient register as other programs write it, taken into a clinic: nothing twice, nothing bent, nothing half. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { openPractice, type Practice } from '../encounters/testing.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await openPractice();
});
afterEach(() => practice.close());

const KARI = syntheticNationalId({ birthDate: '1980-02-01', n: 1 });
const LINES = [
  'Etternavn;Fornavn;Fødselsnummer;Fødselsdato;Kjønn;Mobil;Postnr;Saldo',
  `Ødegård;Åse;${KARI};01.02.1980;K;900 00 001;0155;17`,
  'Nordmann;Ola;;03.04.1975;M;900 00 002;5003;0',
];
const latin1 = (lines: readonly string[]): string => Buffer.from(lines.join('\r\n'), 'latin1').toString('base64');
const utf8 = (lines: readonly string[]): string => Buffer.from(lines.join('\n')).toString('base64');
const look = (base64: string) => practice.must('import.look', { base64, mapping: null });
const count = async () => ((await practice.db()).prepare('select count(*) as n from patient').get() as { n: number }).n;

describe('looking', () => {
  it('reads what Norwegian programs write: semicolons, Windows-1252, heads in Norwegian; and writes nothing', async () => {
    const seen = await look(latin1(LINES));
    expect(seen).toMatchObject({ kind: 'csv', encoding: 'windows-1252', total: 2, counts: { new: 2, wrong: 0 } });
    expect(seen.mapping).toEqual(['familyName', 'givenName', 'nationalId', 'birthDate', 'sex', 'phone', 'postalCode', null]);
    expect(seen.lines.map(({ name, status }) => [name, status])).toEqual([
      ['Åse Ødegård', 'new'],
      ['Ola Nordmann', 'new'],
    ]);
    expect(await count()).toBe(0);
  });

  it.each([
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${LINES.join('\n')}`), 'utf-8'],
    ['UTF-16', Buffer.from(`\uFEFF${LINES.join('\n')}`, 'utf16le'), 'utf-16'],
  ])('reads %s', async (_, bytes, encoding) => {
    const seen = await look(bytes.toString('base64'));
    expect([seen.encoding, seen.lines[0]?.name]).toEqual([encoding, 'Åse Ødegård']);
  });

  it('reads Excel, dates as dates', async () => {
    const cell = (value: string | number | Date) => (value instanceof Date ? { value, type: Date, format: 'dd.mm.yyyy' } : { value });
    const rows = [
      ['Navn', 'Født', 'Postnr'],
      ['Ødegård, Åse', new Date('1980-02-01T00:00:00Z'), 155],
    ].map((row) => row.map(cell));
    const bytes = await writeExcelFile(rows as never).toBuffer();
    const seen = await look(bytes.toString('base64'));
    expect(seen).toMatchObject({ kind: 'excel', mapping: ['fullName', 'birthDate', 'postalCode'] });
    await practice.must('import.run', { base64: bytes.toString('base64'), mapping: seen.mapping });
    const { id } = (await practice.must('patient.search', { query: 'Ødegård' })).hits[0] ?? { id: '' };
    expect((await practice.must('patient.get', { id })).patient).toMatchObject({ birthDate: '1980-02-01', postalCode: '0155' });
  });

  it('reads vCard, folded lines and several cards', async () => {
    const card = [
      'BEGIN:VCARD',
      'VERSION:4.0',
      'FN:Åse Ødegård',
      'N:Ødegård;Åse;Marie;;',
      'BDAY:19800201',
      'TEL;TYPE=cell:+47 900 00 001',
      'EMAIL:ase@example.no',
      'ADR:;;Storgata 1;Os',
      ' lo;;0155;Norge',
      'END:VCARD',
    ];
    const seen = await look(utf8([...card, ...card.map((line) => line.replaceAll('Åse', 'Ola'))]));
    expect(seen).toMatchObject({ kind: 'vcard', total: 2, counts: { new: 2 } });
    expect(seen.sample[0]?.slice(0, 2)).toEqual(['Åse Marie', 'Ødegård']);
    await practice.must('import.run', { base64: utf8(card), mapping: seen.mapping });
    const [hit] = (await practice.must('patient.search', { query: 'Ødegård' })).hits;
    expect((await practice.must('patient.get', { id: hit?.id ?? '' })).patient).toMatchObject({
      birthDate: '1980-02-01',
      city: 'Oslo',
      postalCode: '0155',
    });
  });

  it.each([
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'import/unreadable'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), 'import/unreadable'],
    ['half a zip', Buffer.from('PK\u0003\u0004oops', 'latin1'), 'import/unreadable'],
    ['heads alone', Buffer.from('Navn;Mobil\n'), 'import/empty'],
    ['nothing', Buffer.from(''), 'import/empty'],
  ])('%s is a sentence', async (_, bytes, code) => {
    expect(await practice.call('import.look', { base64: bytes.toString('base64'), mapping: null })).toMatchObject({ ok: false, code });
  });

  it('a column of names must be there before anything is taken', async () => {
    const base64 = utf8(['A;B', 'x;y']);
    expect(await look(base64)).toMatchObject({ mapping: [null, null], counts: { new: 0 }, lines: [] });
    expect(await practice.call('import.run', { base64, mapping: [null, null] })).toMatchObject({ code: 'import/no-name-column' });
  });
});

describe('taking', () => {
  it('takes what it showed, logs each, and the same file again takes nothing', async () => {
    const base64 = latin1(LINES);
    const { mapping } = await look(base64);
    expect(await practice.must('import.run', { base64, mapping })).toEqual({ taken: 2, left: 0 });
    expect((await look(base64)).counts).toEqual({ new: 0, again: 2, double: 0, twice: 0, wrong: 0 });
    expect(await practice.must('import.run', { base64, mapping })).toEqual({ taken: 0, left: 2 });
    expect(await count()).toBe(2);
    const logged = (await practice.db())
      .prepare("select count(*) as n from audit_event where verb = 'import.run' and action = 'create'")
      .get();
    expect(logged).toEqual({ n: 2 });
  });

  it('whoever looks like somebody here is told, with whom; taken only where it is meant and no number says it is the same', async () => {
    const known = await practice.patient({ givenName: 'Ola', familyName: 'Nordmann', birthDate: '1975-04-03' });
    await practice.patient({ givenName: 'Åse', familyName: 'Berg', nationalId: KARI, missingNationalIdReason: null });
    const base64 = latin1(LINES);
    const { lines, mapping } = await look(base64);
    expect(lines.map(({ status, takeable }) => [status, takeable])).toEqual([
      ['double', false],
      ['double', true],
    ]);
    expect(lines[1]?.patientId).toBe(known);
    expect(await practice.must('import.run', { base64, mapping })).toEqual({ taken: 0, left: 2 });
    expect(await practice.must('import.run', { base64, mapping, also: [1, 2] })).toEqual({ taken: 1, left: 1 });
    expect(await count()).toBe(3);
  });

  it('another birth date is another person; the same line twice in a file is one', async () => {
    await practice.patient({ givenName: 'Ola', familyName: 'Nordmann', birthDate: '1999-01-01' });
    const base64 = latin1([...LINES, LINES[2] ?? '']);
    expect((await look(base64)).counts).toEqual({ new: 2, again: 0, double: 0, twice: 1, wrong: 0 });
  });

  it('two people of one name of whom nothing else is known can both be taken, in one run or in two', async () => {
    const base64 = utf8(['Navn;Yrke', 'Kari Nordmann;snekker', 'Kari Nordmann;snekker']);
    const { lines, mapping } = await look(base64);
    expect(lines.map(({ status, takeable }) => [status, takeable])).toEqual([
      ['twice', true],
      ['new', false],
    ]);
    expect(await practice.must('import.run', { base64, mapping })).toEqual({ taken: 1, left: 1 });
    expect((await look(base64)).counts).toMatchObject({ again: 1, twice: 1 });
    expect(await practice.must('import.run', { base64, mapping, also: [2] })).toEqual({ taken: 1, left: 1 });
    expect((await look(base64)).counts).toMatchObject({ again: 2, twice: 0 });
    expect(await practice.must('import.run', { base64, mapping, also: [2] })).toEqual({ taken: 0, left: 2 });
  });

  it('whoever is registered while the file is being taken is not registered again', async () => {
    const many = Array.from({ length: 300 }, (_, n) => `Fyll${n};Person;0${1 + (n % 9)}.01.1970`);
    const base64 = utf8(['Etternavn;Fornavn;Født', ...many, 'Nordmann;Ola;03.04.1975']);
    const { mapping } = await look(base64);
    const running = practice.must('import.run', { base64, mapping });
    // Between the first steps; the last line's step comes later.
    let colleague: Promise<string> | undefined;
    while (colleague === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      if ((await count()) > 0) colleague = practice.patient({ givenName: 'Ola', familyName: 'Nordmann', birthDate: '1975-04-03' });
    }
    await colleague;
    expect(await running).toEqual({ taken: 300, left: 1 });
    expect(await count()).toBe(301);
  });

  it('a line that would run in a spreadsheet, or has no name, is left; the others are taken', async () => {
    const base64 = utf8(['Navn;Mobil', '=cmd|calc B;900', 'Kari;901', 'Nordmann, Kari;902']);
    const { lines, mapping } = await look(base64);
    expect(lines.map(({ status }) => status)).toEqual(['wrong', 'wrong', 'new']);
    expect(await practice.must('import.run', { base64, mapping })).toEqual({ taken: 1, left: 2 });
  });

  it('an assistant does not import', async () => {
    await practice.asColleague(['ASSISTANT']);
    expect(await practice.call('import.look', { base64: latin1(LINES), mapping: null })).toMatchObject({ code: 'permission/denied' });
  });
});
