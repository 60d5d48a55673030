/**
 * The record's own rules (db/rules), asked again on the server. Whose signature it is, is a question of authority:
 * a wrong one is refused. Everything else that fails is stored and flagged: text is never lost over a rule.
 */
import type { EntityName } from '#db/model/entities.ts';
import { z } from 'zod';
import { signedContentSchema } from '#db/model/encounter.ts';
import { invoiceContentSchema } from '#db/model/money.ts';
import { maySignAmendment } from '#db/rules/amending.ts';
import { mainDiagnosisProblem } from '#db/rules/codes.ts';
import { addsUp } from '#db/rules/invoices.ts';
import { parseNationalId } from '#db/rules/fodselsnummer.ts';
import { canonical, type Change } from '#db/sync/change.ts';
import type { MergeReader } from '#db/sync/merge.ts';
import type { StoredRow } from '#db/sync/row.ts';
import { decidesAbout, isErasable, RESPONSIBLE } from '#db/rules/erasure.ts';
import { keysIn } from './erase.ts';
import { sha256 } from './read-change.ts';

export type RuleVerdict =
  | { ok: true; flags: string[] }
  | {
      ok: false;
      code:
        | 'actor/forbidden'
        | 'erasure/unknown'
        | 'change/malformed'
        | 'sign/content-missing'
        | 'sign/hash-mismatch'
        | 'sign/other-patient';
    };

/**
 * @param row the subject as stored; undefined at its birth
 * @param worksHere today: a locum not after their last day
 */
export function judgeRules(
  entity: EntityName,
  change: Pick<Change, 'actor' | 'set'>,
  row: StoredRow | undefined,
  read: MergeReader,
  worksHere: (userId: string) => boolean,
): RuleVerdict {
  const { set, actor } = change;
  const after = (field: string): unknown => set[field] ?? row?.[field];
  if (entity === 'encounter' && set['status'] === 'signed') {
    const signer = after('signedById');
    if (after('practitionerId') !== actor || (typeof signer === 'string' && signer !== actor))
      return { ok: false, code: 'actor/forbidden' };
    return judgeSignature(after('signedContent'), { contentHash: after('contentHash'), patientId: after('patientId'), actor });
  }
  if (entity === 'amendment' && set['status'] === 'signed') {
    const encounterId = after('encounterId');
    const visit = typeof encounterId === 'string' ? read.row('encounter', encounterId) : undefined;
    const authorId = after('authorId');
    const practitionerId = visit?.['practitionerId'];
    const kind = after('kind') === 'late-sibling' ? 'late-sibling' : 'addition';
    const may = maySignAmendment({ authorId: String(authorId), kind }, { practitionerId: String(practitionerId) }, actor);
    return may ? { ok: true, flags: [] } : { ok: false, code: 'actor/forbidden' };
  }
  if (entity === 'invoice' && row === undefined) return { ok: true, flags: invoiceFlags(set) };
  if (entity === 'erasure') return judgeErasure(set, actor, read, worksHere);
  // Nobody is merged with themselves.
  if (entity === 'patient_link' && after('patientId') === after('intoId')) return { ok: false, code: 'change/malformed' };
  if (entity === 'patient' && typeof set['nationalId'] === 'string' && set['nationalId'] !== '') {
    // Synthetic numbers belong to demo clinics; the laptop, which knows its clinic, refuses them elsewhere.
    const parsed = parseNationalId(set['nationalId'], { synthetic: true });
    return { ok: true, flags: parsed.ok ? [] : [parsed.code] };
  }
  if (entity === 'diagnosis' && after('main') === true) {
    const system = after('system') === 'icd-10' ? 'icd-10' : 'icpc-2';
    const problem = mainDiagnosisProblem(system, String(after('code')));
    return { ok: true, flags: problem === null ? [] : [problem] };
  }
  return { ok: true, flags: [] };
}

/**
 * A signature freezes its visit for good: one that covers nothing, another text than it says, or another patient is malformed,
 * and goes to quarantine while the visit stays a draft with all its text. What else is wrong with it is a flag.
 */
function judgeSignature(
  content: unknown,
  { contentHash, patientId, actor }: { contentHash: unknown; patientId: unknown; actor: string },
): RuleVerdict {
  const parsed = signedContentSchema.safeParse(content);
  if (!parsed.success) return { ok: false, code: 'sign/content-missing' };
  if (sha256(canonical(content)) !== contentHash) return { ok: false, code: 'sign/hash-mismatch' };
  const { sections, diagnoses, signedBy } = parsed.data;
  if (parsed.data.patientId !== patientId) return { ok: false, code: 'sign/other-patient' };
  const main = diagnoses.filter((diagnosis) => diagnosis.main);
  const wrong = ({ system, code }: { system: string; code: string }): boolean =>
    mainDiagnosisProblem(system === 'icd-10' ? 'icd-10' : 'icpc-2', code) !== null;
  return {
    ok: true,
    flags: [
      ...(signedBy.userId === actor ? [] : ['sign/not-practitioner']),
      ...(sections.every(({ text }) => text.trim() === '') ? ['sign/empty'] : []),
      ...(main.length === 1 ? [] : ['sign/no-main-diagnosis']),
      ...(main.some(wrong) ? ['sign/process-code-as-main'] : []),
    ],
  };
}

/** An invoice whose sums are not those of its lines has reached a patient all the same: it is kept, and told. */
function invoiceFlags(set: Record<string, unknown>): string[] {
  const content = invoiceContentSchema.safeParse(set['content']);
  const sums = invoiceSumsSchema.safeParse(set);
  return content.success && sums.success && addsUp(sums.data, content.data.lines) ? [] : ['invoice/sums'];
}
const whole = z.int();
const invoiceSumsSchema = z.object({ totalOre: whole, refundOre: whole, shareOre: whole, paidBeforeOre: whole, vatOre: whole });

/** Each entry is there, may be erased by such a decision, and is decided about by whoever is responsible for it. */
function judgeErasure(set: Record<string, unknown>, actor: string, read: MergeReader, worksHere: (userId: string) => boolean): RuleVerdict {
  const basis = set['basis'];
  // The end of the duty to keep, and what no such duty holds, are not one clinician's to decide: not yet by this way.
  if (set['decidedById'] !== actor || (basis !== 'hpl-43' && basis !== 'hpl-44')) return { ok: false, code: 'actor/forbidden' };
  for (const { entity, id } of keysIn(set['targets'])) {
    const row = isErasable(entity) ? read.row(entity, id) : undefined;
    if (!isErasable(entity)) return { ok: false, code: 'erasure/unknown' };
    // Written and erased before anything of it was sent: the trace alone comes.
    if (row === undefined) continue;
    const visit = entity === 'amendment' ? read.row('encounter', String(row['encounterId'])) : undefined;
    const patient = row['patientId'] ?? visit?.['patientId'];
    if (patient !== set['patientId']) return { ok: false, code: 'erasure/unknown' };
    const userId = String(row[RESPONSIBLE[entity]]);
    if (!decidesAbout({ userId: actor, roles: ['PRACTITIONER'] }, { userId, works: worksHere(userId) }))
      return { ok: false, code: 'actor/forbidden' };
  }
  return { ok: true, flags: [] };
}
