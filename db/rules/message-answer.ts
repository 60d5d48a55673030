/** What a patient's SMS means. STOP is obeyed when it stands first, whatever follows; the other words only when they stand alone. */
export type PatientAnswer = 'stop' | 'confirm' | 'cancel' | 'start' | 'words';

/** Norwegian and English; Twilio's and the operators' own keywords are among them. */
const STOP = /^\W*(stopp?|stop all|stopall|unsubscribe|avslutt|avmeld|meld meg av|end|quit)\b/i;
const ALONE: Readonly<Record<string, PatientAnswer>> = {
  ja: 'confirm',
  yes: 'confirm',
  ok: 'confirm',
  bekreft: 'confirm',
  confirm: 'confirm',
  j: 'confirm',
  avbestill: 'cancel',
  avbestille: 'cancel',
  avlys: 'cancel',
  cancel: 'cancel',
  start: 'start',
};

export function patientAnswer(text: string): PatientAnswer {
  const said = text.normalize('NFKC').trim();
  if (STOP.test(said)) return 'stop';
  return ALONE[said.toLowerCase().replace(/[^\p{L}]+/gu, '')] ?? 'words';
}
