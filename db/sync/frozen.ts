/**
 * Changes that meet a signature (journalforskriften § 13: what is signed is corrected by additions).
 * Nothing of a signed visit moves; whatever arrives late is kept where a clinician will see it.
 */
import { derivedId } from '../model/ids.ts';
import { conflictWrite } from './conflict-row.ts';
import type { MergeResult, Merging } from './merge.ts';
import { CLOSING_FIELDS, isSigned } from './policy.ts';
import type { EntityName } from '../model/entities.ts';
import { sameValue, valueOf, type RowWrite, type StoredRow } from './row.ts';
import { siblingWrite } from './sibling.ts';

/** Flag of a change that was kept although its visit had been signed. */
export const SIGNED_FLAG = 'encounter/signed';
/** Flag of a change that came after its row was finished. */
export const SEALED_FLAG = 'row/finished';

/**
 * A change to a signed encounter, or to something it froze: note text becomes an unsigned supplement,
 * anything else one open conflict that holds all of it.
 */
export function mergeIntoSigned(merging: Merging, news: Record<string, unknown>): MergeResult {
  const { entity, row, change } = merging;
  const closes = entity === 'encounter' && row?.['status'] === 'signed' && news['status'] === 'entered_in_error';
  const stands = closes ? Object.fromEntries(Object.entries(news).filter(([field]) => CLOSING_FIELDS.has(field))) : {};
  let late = Object.fromEntries(Object.entries(news).filter(([field]) => !(field in stands)));
  const writes: RowWrite[] = [];
  if (row !== undefined && Object.keys(stands).length > 0) {
    writes.push({ entity, id: row.id, birth: false, set: stands, extra: {} });
  }
  if (entity === 'note_section' && typeof news['text'] === 'string') {
    const encounterId = row?.['encounterId'] ?? change.set['encounterId'];
    if (news['text'].trim() !== '' && typeof encounterId === 'string') {
      writes.push(siblingWrite.supplement(merging, encounterId, news['text']));
    }
    late = {};
  }
  // Where a text came from, or whether it was reviewed, means nothing without the text.
  if (entity === 'note_section' && !('deleted' in late)) late = {};
  if (Object.keys(late).length > 0) {
    const kept = row === undefined ? null : Object.fromEntries(Object.keys(late).map((field) => [field, valueOf(row, entity, field)]));
    writes.push(conflictWrite.of(merging, row, '*', late, kept));
  }
  const keptAside = writes.some((write) => write.entity !== entity || write.id !== change.rowId);
  if (keptAside) return { outcome: 'conflict', writes, flags: [SIGNED_FLAG] };
  return writes.length > 0 ? { outcome: 'applied', writes, flags: [] } : { outcome: 'merged', writes, flags: [SIGNED_FLAG] };
}

/**
 * What of a change comes too late for a finished row (`movableFields`): late text of an amendment becomes a supplement, all
 * else one open conflict. Nothing finished is deleted or begun again.
 */
export function lateForFinished(merging: Merging, row: StoredRow, late: Record<string, unknown>): RowWrite[] {
  if (Object.keys(late).length === 0) return [];
  if (merging.entity === 'amendment' && typeof late['text'] === 'string' && typeof row['encounterId'] === 'string')
    return late['text'].trim() === '' ? [] : [siblingWrite.supplement(merging, row['encounterId'], late['text'])];
  const kept = Object.fromEntries(Object.keys(late).map((field) => [field, valueOf(row, merging.entity, field)]));
  return [conflictWrite.of(merging, row, '*', late, kept)];
}

/**
 * A change to a row whose birth met a signature and was kept aside: its laptop does not know yet, and writes on.
 * It goes where the birth went. Undefined when nothing of it was kept.
 */
export function mergeIntoAside(merging: Merging): MergeResult | undefined {
  const { entity, change, read } = merging;
  if (entity === 'note_section') {
    const encounterId = read.row('amendment', siblingWrite.supplementId(merging))?.['encounterId'];
    const text = change.set['text'];
    if (typeof encounterId !== 'string') return undefined;
    if (typeof text !== 'string' || text.trim() === '') return { outcome: 'merged', writes: [], flags: [SIGNED_FLAG] };
    return { outcome: 'conflict', writes: [siblingWrite.supplement(merging, encounterId, text)], flags: [SIGNED_FLAG] };
  }
  const kept = read.row('conflict', conflictWrite.lineageId(merging, '*'));
  if (kept === undefined || kept['status'] !== 'open' || typeof kept['lost'] !== 'object') return undefined;
  return {
    outcome: 'conflict',
    writes: [conflictWrite.of(merging, undefined, '*', { ...kept['lost'], ...change.set })],
    flags: [SIGNED_FLAG],
  };
}

/**
 * Texts of the visit that the signer had not seen: the signature covers `signedContent`, so every
 * other standing text of a section becomes a supplement instead of vanishing behind it.
 */
export function signatureSupplements(merging: Merging, encounter: { set: Record<string, unknown> }): RowWrite[] {
  const signed = signedTexts(encounter.set['signedContent']);
  if (signed === undefined) return [];
  const writes: RowWrite[] = [];
  for (const section of merging.read.childrenOf('note_section', merging.change.rowId)) {
    const text = section['text'];
    if (section.deleted || typeof text !== 'string' || text.trim() === '') continue;
    if (section['siblingOfId'] !== null && section['siblingState'] !== 'open') continue;
    if (signed.some((known) => sameValue(known, text))) continue;
    // Its own laptop's text that the signer left out (a carried text dropped, say) was seen and decided.
    if (wroteTextItself(merging, section)) continue;
    const id = derivedId(section.id, `late-sibling:${merging.change.id}`);
    writes.push({
      entity: 'amendment',
      id,
      birth: merging.read.row('amendment', id) === undefined,
      set: { encounterId: merging.change.rowId, kind: 'late-sibling', text, status: 'draft', authorId: merging.change.actor },
      extra: {},
    });
  }
  return [...writes, ...unseenFindings(merging, encounter.set['signedContent'])];
}

/** What names a finding and what it says, as `signedContent` holds it. A finding that says nothing is not there. */
const FINDINGS: readonly { entity: EntityName; list: string; names: readonly string[]; says: readonly string[] }[] = [
  { entity: 'observation', list: 'observations', names: ['code'], says: ['value'] },
  { entity: 'red_flag_answer', list: 'redFlags', names: ['region', 'question'], says: ['answer', 'comment'] },
  { entity: 'treatment_consent', list: 'treatmentConsent', names: [], says: ['given', 'comment'] },
  { entity: 'diagnosis', list: 'diagnoses', names: ['system'], says: ['code', 'text', 'main'] },
];

/** Findings that stand in the visit and not in what was signed: another laptop's, which the signer had not seen. */
function unseenFindings(merging: Merging, content: unknown): RowWrite[] {
  const signed = new Map<string, unknown>(typeof content === 'object' && content !== null ? Object.entries(content) : []);
  return FINDINGS.flatMap(({ entity, list, names, says }) => {
    const known = [signed.get(list)].flat().filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null);
    return merging.read.childrenOf(entity, merging.change.rowId).flatMap((row) => {
      const writer = lastWriter(row);
      const finding = Object.fromEntries([...names, ...says].map((field) => [field, row[field] ?? null]));
      if (row.deleted || writer === merging.deviceId || says.every((field) => finding[field] === null)) return [];
      if (known.some((one) => Object.entries(finding).every(([field, value]) => sameValue(one[field], value)))) return [];
      return [conflictWrite.unseen(merging, entity, row, finding, writer)];
    });
  });
}

function lastWriter({ fieldSeq }: StoredRow): string | null {
  const newest = Object.values(fieldSeq).toSorted(([a], [b]) => b - a)[0];
  return newest?.[1] ?? null;
}

/** Text written into a visit that somebody else has discarded meanwhile: kept, and the discarding asked about. */
export function warnOfDiscarded(merging: Merging, encounter: StoredRow | undefined): RowWrite[] {
  if (merging.entity !== 'note_section' || encounter?.['status'] !== 'discarded') return [];
  const stamp = encounter.fieldSeq['status'];
  if (stamp !== undefined && stamp[1] === merging.deviceId) return [];
  if (isSigned(encounter['status']) || merging.change.set['text'] === undefined) return [];
  return [conflictWrite.about(merging, 'encounter', encounter, 'status', 'draft')];
}

function wroteTextItself({ deviceId }: Merging, section: StoredRow): boolean {
  const stamp = section.fieldSeq['text'] ?? section.fieldSeq['*'];
  return stamp !== undefined && stamp[1] === deviceId;
}

function signedTexts(content: unknown): string[] | undefined {
  if (typeof content !== 'object' || content === null || !('sections' in content) || !Array.isArray(content.sections)) return undefined;
  const sections: unknown[] = content.sections;
  return sections.flatMap((section) =>
    typeof section === 'object' && section !== null && 'text' in section && typeof section.text === 'string' ? [section.text] : [],
  );
}
