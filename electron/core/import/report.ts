/** What an import would do, line by line, as CSV that a person can keep: with a mark for spreadsheets, and nothing that one of them would run (CWE-1236). */
import type { HistoryStatus } from '#electron/contract/import-history.ts';
import type { HistoryProblem } from '#db/rules/import-history.ts';
import type { PlannedEntry } from './plan-history.ts';

const STATUSES: Readonly<Record<HistoryStatus, string>> = {
  new: 'Tas inn',
  again: 'Står her fra før',
  changed: 'Er endret siden sist',
  twice: 'Står to ganger i filen',
  unsure: 'Må avgjøres: hvem er det?',
  nobody: 'Ingen pasient her',
  shut: 'Journalen er sperret for deg',
  wrong: 'Kan ikke tas inn',
};
const PROBLEMS: Readonly<Record<HistoryProblem, string>> = {
  'history/empty': 'Linjen sier ingenting.',
  'history/no-person': 'Linjen sier ikke hvem det gjelder.',
  'history/too-long': 'En tekst er for lang.',
  'history/when': 'Tidspunktet er ikke forstått og tas med som det står.',
  'history/birth-date': 'Fødselsdatoen er ikke en dato, eller ligger i framtiden.',
  'history/formula': 'En celle begynner som en formel i et regneark. Teksten tas med som den står, og regnes aldri ut.',
  'national-id/length': 'Fødselsnummeret har ikke elleve sifre.',
  'national-id/checksum': 'Fødselsnummeret stemmer ikke med kontrollsifrene.',
  'national-id/date': 'Fødselsnummeret begynner ikke med en dato.',
  'national-id/synthetic-not-allowed': 'Fødselsnummeret er et testnummer.',
  'national-id/only-2032-rule': 'Fødselsnummeret stemmer bare med reglene fra 2032. Se etter om det er skrevet feil.',
};

export function reportOf(lines: readonly PlannedEntry[]): string {
  const rows = lines.map(({ line, status, whoseName, entry, problems }) => [
    String(line),
    STATUSES[status],
    whoseName,
    entry.writtenWhen ?? '',
    problems.map((code) => PROBLEMS[code]).join(' '),
  ]);
  return `\uFEFF${[['Linje', 'Status', 'Hvem', 'Når', 'Merknad'], ...rows].map((row) => row.map(cell).join(';')).join('\r\n')}\r\n`;
}

const cell = (value: string): string => `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
