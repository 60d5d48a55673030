/**
 * A file as a table of texts: CSV (comma, semicolon, tab; UTF-8, UTF-16 or Windows-1252, which Norwegian programs still write), Excel, vCard.
 * Formulas are never worked out, nothing is fetched, and a file that is none of these is said so.
 */
import { parse } from 'csv-parse/sync';
import ICAL from 'ical.js';
import { readSheet } from 'read-excel-file/node';
import { err, ok, type Result } from '#electron/contract/verb.ts';

export interface Table {
  kind: 'csv' | 'excel' | 'vcard';
  encoding: 'utf-8' | 'utf-16' | 'windows-1252' | null;
  headers: string[];
  rows: string[][];
}
export const MOST_ROWS = 50_000;
const MOST_COLUMNS = 200;

/** Errors: import/unreadable, import/empty, import/too-many. */
export async function readTable(bytes: Buffer): Promise<Result<Table>> {
  const excel = bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'));
  // The old binary form of Excel, and whatever else is no text.
  if (!excel && (bytes.subarray(0, 8).toString('hex') === 'd0cf11e0a1b11ae1' || isBinary(bytes))) return err('import/unreadable');
  const { text, encoding } = excel ? { text: '', encoding: null } : decoded(bytes);
  try {
    const kind = excel ? 'excel' : /^\s*BEGIN:VCARD/i.test(text) ? 'vcard' : 'csv';
    const grid = kind === 'excel' ? await excelGrid(bytes) : kind === 'vcard' ? vcardGrid(text) : csvGrid(text);
    const filled = grid.filter((row) => row.some((cell) => cell.trim() !== ''));
    const [headers, ...rows] = filled;
    if (headers === undefined || rows.length === 0) return err('import/empty');
    if (rows.length > MOST_ROWS || headers.length > MOST_COLUMNS) return err('import/too-many', { most: MOST_ROWS });
    return ok({ kind, encoding, headers: headers.map((cell) => cell.trim()), rows });
  } catch {
    return err('import/unreadable');
  }
}

const isBinary = (bytes: Buffer): boolean =>
  !/^(\u00ff\u00fe|\u00fe\u00ff)/.test(bytes.toString('latin1', 0, 2)) && bytes.subarray(0, 4096).includes(0);

function decoded(bytes: Buffer): { text: string; encoding: Table['encoding'] } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16' };
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}

function csvGrid(text: string): string[][] {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const count = (sign: string): number => head.split(sign).length;
  const delimiter = [';', '\t', ','].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ';');
  return parse(text, {
    bom: true,
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
  });
}

async function excelGrid(bytes: Buffer): Promise<string[][]> {
  const rows = await readSheet(bytes);
  return rows.map((row) => row.map(cellText));
}

function cellText(cell: unknown): string {
  // Excel knows no time zone: what stands in the cell is the wall's clock. Midnight is a day without an hour.
  if (cell instanceof Date) return cell.toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : '';
}

const VCARD = ['fornavn', 'etternavn', 'navn', 'fødselsdato', 'kjønn', 'mobil', 'e-post', 'adresse', 'postnummer', 'poststed'];

/** Cards as lines under our own heads. */
function vcardGrid(text: string): string[][] {
  const cards = ICAL.parse(text) as unknown;
  // One card comes as itself, several as a list of them.
  const list = (Array.isArray(cards) && typeof cards[0] === 'string' ? [cards] : cards) as unknown[];
  return [VCARD, ...list.map((card) => cardLine(new ICAL.Component(card as [string, unknown[], unknown[]])))];
}

function cardLine(card: InstanceType<typeof ICAL.Component>): string[] {
  const value = (name: string): unknown => card.getFirstPropertyValue(name);
  const parts = (name: string): string[] => {
    const found = value(name);
    return Array.isArray(found) ? found.map((part) => (Array.isArray(part) ? part.join(' ') : String(part))) : [];
  };
  const plain = (name: string): string => {
    const found = value(name);
    return found === null || found === undefined || Array.isArray(found) ? '' : String(found).replace(/^(tel|mailto):/i, '');
  };
  const [familyName = '', givenName = '', middle = ''] = parts('n');
  const [, , street = '', city = '', , postalCode = ''] = parts('adr');
  const given = `${givenName} ${middle}`.trim();
  const named = given !== '' || familyName !== '';
  return [
    given,
    familyName,
    named ? '' : plain('fn'),
    plain('bday'),
    plain('gender'),
    plain('tel'),
    plain('email'),
    street,
    postalCode,
    city,
  ];
}
