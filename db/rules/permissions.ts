/**
 * Who may do what: one table, asked in the core before a verb runs and on the server before a change is merged.
 * Assistants see booking and billing, not notes; an administrator who is not a clinician reads no notes either
 * (helsepersonelloven § 21 a, pasientjournalloven § 19).
 */
import type { Role } from '../model/clinic.ts';
import { entities } from '../model/entities.ts';
import type { EntityName } from '../model/entities.ts';

type Group = 'anyone' | 'desk' | 'clinician' | 'admin';

const ROLES_OF: Record<Group, readonly Role[]> = {
  anyone: ['ADMIN', 'PRACTITIONER', 'ASSISTANT'],
  desk: ['PRACTITIONER', 'ASSISTANT'],
  clinician: ['PRACTITIONER'],
  admin: ['ADMIN'],
};

/** By the verb's area, unless the verb itself is named below. */
const AREAS: Record<string, Group> = {
  app: 'anyone',
  session: 'anyone',
  secondFactor: 'anyone',
  signIn: 'anyone',
  helseId: 'anyone',
  ui: 'anyone',
  sync: 'anyone',
  clinic: 'anyone',
  user: 'admin',
  price: 'admin',
  phrase: 'clinician',
  device: 'admin',
  server: 'admin',
  backup: 'admin',
  key: 'admin',
  patient: 'desk',
  guardian: 'desk',
  consent: 'desk',
  safety: 'clinician',
  day: 'desk',
  appointment: 'desk',
  calendar: 'desk',
  encounter: 'clinician',
  section: 'clinician',
  observation: 'clinician',
  redFlag: 'clinician',
  treatmentConsent: 'clinician',
  diagnosis: 'clinician',
  amendment: 'clinician',
  bill: 'desk',
  line: 'desk',
  payment: 'desk',
  billing: 'admin',
  cover: 'desk',
  prepaid: 'desk',
  invoice: 'desk',
  claim: 'desk',
  sickLeave: 'clinician',
  letter: 'clinician',
  ai: 'clinician',
  attachment: 'clinician',
  answer: 'clinician',
  journal: 'clinician',
  request: 'clinician',
  code: 'clinician',
  conflict: 'desk',
  refused: 'anyone',
  handedIn: 'clinician',
  held: 'clinician',
  access: 'desk',
  grant: 'admin',
  audit: 'admin',
  retention: 'admin',
  message: 'desk',
  recall: 'desk',
  exporting: 'anyone',
  reminder: 'desk',
  integration: 'admin',
  import: 'admin',
  webhook: 'admin',
  job: 'admin',
};
const VERBS: Record<string, Group> = {
  'clinic.update': 'admin',
  'user.list': 'anyone',
  'price.list': 'anyone',
  'billing.settings': 'anyone',
  // Diagnoses leave in them.
  'claim.export': 'clinician',
  'claim.credit': 'clinician',
  'claim.send': 'clinician',
  'claim.sendCredit': 'clinician',
  'claim.withdraw': 'clinician',
  // Of a colleague; one's own is taken off against a code.
  'secondFactor.reset': 'admin',
  'helseId.unbind': 'admin',
  'helseId.require': 'admin',
  'device.list': 'anyone',
  'device.invite': 'anyone',
  // One's own, or any for an administrator: decided in the core and on the server.
  'device.revoke': 'anyone',
  'backup.create': 'anyone',
  'access.open': 'clinician',
  'audit.report': 'clinician',
  // Whoever answers for the clinic, clinician or not.
  'access.alerts': 'admin',
  'access.seen': 'admin',
};

/** What an assistant who is let in (db/rules/grants.ts) may besides: read, and nothing that writes, signs or leaves the house. */
const GRANTED: ReadonlySet<string> = new Set(['encounter.get', 'encounter.previous', 'letter.list', 'letter.get', 'letter.pdf']);

/**
 * Whether one of these roles may call the verb. An unknown verb is nobody's.
 * @param granted a grant of the person holds now
 */
export function allowed(verb: string, roles: readonly Role[], granted = false): boolean {
  if (granted && roles.includes('ASSISTANT') && GRANTED.has(verb)) return true;
  const group = VERBS[verb] ?? AREAS[verb.split('.')[0] ?? ''];
  return group !== undefined && roles.some((role) => ROLES_OF[group].includes(role));
}

/**
 * Whether one of these roles may read notes and what belongs to them. Who may decide about them is asked without a grant.
 * @param granted a grant of the person holds now
 */
export const readsNotes = (roles: readonly Role[], granted = false): boolean =>
  roles.includes('PRACTITIONER') || (granted && roles.includes('ASSISTANT'));

/** Whether one of these roles may say that a copy leaves the house, of another person's asking. */
export const decidesOnExports = (roles: readonly Role[]): boolean => roles.includes('PRACTITIONER') || roles.includes('ADMIN');

const ADMIN_ENTITIES: readonly EntityName[] = [
  'clinic',
  'user',
  'price_item',
  'billing_setting',
  'access_grant',
  'integration_setting',
  'import_batch',
];
const ANYONE_ENTITIES: readonly EntityName[] = ['signing_key', 'device'];

/** Whether one of these roles may change rows of the entity; the server's half of the table. */
export function mayChange(entity: EntityName, roles: readonly Role[]): boolean {
  if (ANYONE_ENTITIES.includes(entity)) return roles.length > 0;
  if (ADMIN_ENTITIES.includes(entity)) return roles.includes('ADMIN');
  if (entity === 'conflict') return roles.some((role) => ROLES_OF.desk.includes(role));
  const group: Group = entities[entity].audience === 'clinical' ? 'clinician' : 'desk';
  return roles.some((role) => ROLES_OF[group].includes(role));
}

/** What an assistant who is let in may read of what is clinical: notes and letters, as in the app. */
const GRANTED_ENTITIES: readonly EntityName[] = [
  'encounter',
  'note_section',
  'observation',
  'red_flag_answer',
  'treatment_consent',
  'diagnosis',
  'amendment',
  'episode',
  'safety_fact',
  'letter',
  'document',
  'imported_entry',
];
/** Whoever answers for the clinic sees them, clinician or not. */
const OVERSIGHT_ENTITIES: readonly EntityName[] = ['emergency_access', 'access_block', 'erasure'];

/**
 * Whether one of these roles may read rows of the entity otherwise than by the app's verbs.
 * @param granted a grant of the person holds now
 */
export function mayRead(entity: EntityName, roles: readonly Role[], granted = false): boolean {
  if (entity === 'clinic' || entity === 'user') return roles.length > 0;
  if (OVERSIGHT_ENTITIES.includes(entity) && roles.includes('ADMIN')) return true;
  if (entities[entity].audience === 'clinical')
    return roles.includes('PRACTITIONER') || (readsNotes(roles, granted) && GRANTED_ENTITIES.includes(entity));
  return roles.some((role) => ROLES_OF.desk.includes(role));
}
