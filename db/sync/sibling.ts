/** Two texts of one section: the later one stays beside the first, whole, until a clinician decides. */
import { derivedId } from '../model/ids.ts';
import { TEXT_COMPANIONS } from './policy.ts';
import type { Merging } from './merge.ts';
import { unbornRow, type RowWrite, type StoredRow } from './row.ts';

/** One sibling per lineage (device, and what it had read): it goes on growing with its own laptop's typing. */
export const siblingWrite = {
  lineageId({ change, deviceId }: Merging): string {
    return derivedId(change.rowId, `sibling:${deviceId}:${change.base['text'] ?? 0}`);
  },

  supplementId({ change, deviceId }: Merging): string {
    return derivedId(change.rowId, `late-sibling:${deviceId}:${change.base['text'] ?? 0}`);
  },

  /** The change's text as a section of its own that points to the one that stands. */
  sibling(merging: Merging, row: StoredRow): RowWrite {
    const { change, read } = merging;
    const lineage = siblingWrite.lineageId(merging);
    const earlier = read.row('note_section', lineage);
    const open = earlier !== undefined && earlier['siblingState'] === 'open' && !earlier.deleted;
    const id = earlier === undefined || open ? lineage : derivedId(change.id, 'sibling');
    const text = { text: change.set['text'], ...companionsOf(merging) };
    if (open) return { entity: 'note_section', id, birth: false, set: text, extra: {} };
    const main = typeof row['siblingOfId'] === 'string' ? row['siblingOfId'] : row.id;
    return {
      entity: 'note_section',
      id,
      birth: read.row('note_section', id) === undefined,
      set: {
        ...unborn(id),
        encounterId: row['encounterId'],
        key: row['key'],
        ...text,
        siblingOfId: main,
        siblingState: 'open',
      },
      extra: {},
    };
  },

  /** Text that arrives after the signature: an unsigned supplement, nothing of the signed note moves. */
  supplement(merging: Merging, encounterId: string, text: unknown): RowWrite {
    const { change, read } = merging;
    const lineage = siblingWrite.supplementId(merging);
    const earlier = read.row('amendment', lineage);
    const open = earlier !== undefined && earlier['status'] === 'draft' && !earlier.deleted;
    if (open) return { entity: 'amendment', id: lineage, birth: false, set: { text }, extra: {} };
    const id = earlier === undefined ? lineage : derivedId(change.id, 'late-sibling');
    const set = { encounterId, kind: 'late-sibling', text, status: 'draft', authorId: change.actor };
    return { entity: 'amendment', id, birth: read.row('amendment', id) === undefined, set, extra: {} };
  },
};

function companionsOf({ change }: Merging): Record<string, unknown> {
  const names = TEXT_COMPANIONS.note_section ?? [];
  return Object.fromEntries(names.filter((name) => name in change.set).map((name) => [name, change.set[name]]));
}

/** Initial values said aloud, so that a sibling does not inherit what the standing text was. */
function unborn(id: string): Record<string, unknown> {
  const { origin, originEncounterId, originText, review } = unbornRow('note_section', '', id);
  return { origin, originEncounterId, originText, review };
}
