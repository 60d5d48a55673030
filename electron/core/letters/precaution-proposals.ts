/** What is minded about the patient, as answers a letter may take: with the day it was said, for a pregnancy does not stay what it was. */
import type { LetterProposal } from '#electron/contract/letters.ts';
import { SAFETY_WORDS } from '#db/rules/journal-words.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { longDate } from '#db/documents/norwegian.ts';
import type { Context } from '../context.ts';
import { safetyOf } from '../patients/patient-view.ts';

type Found = Omit<LetterProposal, 'key' | 'words'> & { words?: string };

/**
 * What nobody asked is not offered. What was answered both ways is a yes (db/rules/safety.ts). That there is no pregnancy is true of the day it was
 * asked: an older no is told with its day among the precautions, and is no answer for this visit.
 */
export function precautionProposals(ctx: Context, patientId: string, visitAt: string): Record<string, Found> {
  const asked = safetyOf(ctx, patientId).filter(({ state }) => state !== 'not_asked');
  const found: Record<string, Found> = {};
  for (const key of ['implants', 'pregnancy'] as const) {
    const fact = asked.find(({ kind }) => kind === key);
    if (fact === undefined) continue;
    const yes = fact.state === 'yes';
    const isOld = fact.recordedAt === null || clinicDay(fact.recordedAt) < clinicDay(visitAt);
    if (key === 'pregnancy' && !yes && isOld) continue;
    found[key] = { value: yes ? 'yes' : 'no', words: yes ? 'Ja' : 'Nei', from: 'record', at: fact.recordedAt };
    if (yes && fact.detail !== null)
      found[key === 'implants' ? 'implantDetail' : 'pregnancyDetail'] = { value: fact.detail, from: 'record', at: fact.recordedAt };
  }
  const lines = asked.map(({ kind, state, detail, recordedAt }) => {
    const when = recordedAt === null ? '' : ` (spurt ${longDate(clinicDay(recordedAt))})`;
    return `${SAFETY_WORDS[kind] ?? kind}: ${state === 'yes' ? (detail ?? 'ja') : 'nei'}${when}`;
  });
  found['precautions'] = { value: lines.join('\n'), from: 'record', at: null };
  return found;
}
