/**
 * Whether a message may go to a patient, and to whose number. S4: the channel's consent, as it stands when it is sent. S7: under 16 the
 * guardian's number (pasient- og brukerrettighetsloven §§ 3-4, 4-4; 16 is the age of consent in health matters).
 */
import { parseMobile, type PhoneProblem } from './phone.ts';

export interface Recipient {
  birthDate: string | null;
  status: string;
  phone: string | null;
  email: string | null;
}
export interface Guardian {
  phone: string | null;
  email: string | null;
}
export interface Consents {
  /** Of the channel itself. */
  contact: 'yes' | 'no' | null;
  recall: 'yes' | 'no' | null;
}
export type RecipientProblem =
  | PhoneProblem
  | 'email/missing'
  | 'email/invalid'
  | 'consent/missing'
  | 'consent/withdrawn'
  | 'patient/deceased'
  | 'patient/inactive'
  | 'guardian/missing';
export type Address = { ok: true; to: string; sentTo: 'patient' | 'guardian' } | { ok: false; code: RecipientProblem };

const ADULT = 16;
/** One address and nothing that a header or an envelope could take for more than one. */
const EMAIL = /^[^\s\p{Cc}@"<>,;:()[\]\\]+@[^\s\p{Cc}@"<>,;:()[\]\\]+\.[^\s\p{Cc}@"<>,;:()[\]\\]+$/u;
const no = (code: RecipientProblem): Address => ({ ok: false, code });

export interface Wanted {
  channel: 'sms' | 'email';
  consent: 'contact' | 'recall';
  /** The clinic's date. */
  today: string;
  foreign: boolean;
}

export function addressOf(patient: Recipient, guardians: readonly Guardian[], consents: Consents, wanted: Wanted): Address {
  if (patient.status === 'deceased') return no('patient/deceased');
  if (patient.status === 'inactive') return no('patient/inactive');
  for (const given of wanted.consent === 'recall' ? [consents.contact, consents.recall] : [consents.contact]) {
    if (given === 'no') return no('consent/withdrawn');
    if (given === null) return no('consent/missing');
  }
  if (!isUnder(patient.birthDate, ADULT, wanted.today)) return addressIn(patient, 'patient', wanted);
  const found = guardians.map((guardian) => addressIn(guardian, 'guardian', wanted));
  return found.find(({ ok }) => ok) ?? found[0] ?? no('guardian/missing');
}

function addressIn(person: Guardian, sentTo: 'patient' | 'guardian', { channel, foreign }: Wanted): Address {
  if (channel === 'sms') {
    const phone = parseMobile(person.phone, { foreign });
    return phone.ok ? { ok: true, to: phone.e164, sentTo } : phone;
  }
  const email = person.email?.trim() ?? '';
  if (email === '') return no('email/missing');
  return EMAIL.test(email) && email.length <= 254 ? { ok: true, to: email, sentTo } : no('email/invalid');
}

/** Whether somebody has not yet had this birthday. A birth date nobody knows is no child's. */
export function isUnder(birthDate: string | null, years: number, today: string): boolean {
  if (birthDate === null) return false;
  const [year = 0, month = 1, day = 1] = birthDate.split('-').map(Number);
  const birthday = `${String(year + years).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return today < birthday;
}
