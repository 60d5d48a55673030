/** Events as a patient reads them: who, in what role, what they did and why. Ids, details and other patients stay out. */
import type { AccessRow } from '#db/documents/render-access-log.ts';
import type { LogEvent } from './fetch-log.ts';

const ROLES: Readonly<Record<string, string>> = { PRACTITIONER: 'behandler', ASSISTANT: 'assistent', ADMIN: 'administrator' };
const ACTIONS: Readonly<Record<string, string>> = {
  read: 'Leste',
  search: 'Fant navnet i et søk',
  create: 'Opprettet',
  change: 'Endret',
  sign: 'Signerte',
  print: 'Skrev ut',
  export: 'Tok ut kopi av',
  reveal: 'Viste fødselsnummer',
  refused: 'Ble nektet å åpne',
  other: 'Annet',
};
const SUBJECTS: Readonly<Record<string, string>> = {
  patient: 'pasientopplysninger',
  encounter: 'notat',
  note_section: 'notat',
  amendment: 'tillegg til notat',
  letter: 'brev',
  document: 'brev',
  attachment: 'vedlegg',
  appointment: 'time',
  payment: 'betaling',
  treatment_line: 'regning',
  invoice: 'faktura',
  invoice_payment: 'innbetaling',
  prepaid: 'klippekort',
  series_cover: 'hvem som dekker behandlingen',
  helfo_claim: 'krav til Helfo',
  helfo_message: 'krav til Helfo',
  sick_leave: 'fravær fra arbeid',
  safety_fact: 'viktige opplysninger',
  channel_consent: 'samtykke til kontakt',
  guardian: 'foresatte',
  imported_entry: 'opplysninger fra et annet system',
  conflict: 'konflikt',
  access_block: 'sperre',
};

/** Oldest first, as given. An emergency opening says so. */
export function reportRows(events: readonly LogEvent[]): AccessRow[] {
  return events.map(({ at, actorName, roles, action, verb, subjectEntity, reason }) => {
    const emergency = verb === 'access.open';
    const did = emergency ? 'Nødåpnet sperret journal' : verb.startsWith('audit.') ? 'Så i innsynsloggen' : (ACTIONS[action] ?? action);
    const what =
      emergency || verb.startsWith('audit.') || action === 'search' || action === 'reveal' ? '' : (SUBJECTS[subjectEntity ?? ''] ?? '');
    return {
      at,
      who: actorName ?? 'ukjent',
      role: roles.map((role) => ROLES[role] ?? role).join(', '),
      what: [did, what].filter(Boolean).join(' '),
      why: reason ?? '',
    };
  });
}
