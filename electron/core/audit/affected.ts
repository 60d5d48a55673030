/**
 * Whose journal was touched, from the log alone: what a clinic must be able to say within hours when something went wrong (GDPR art. 33 and
 * 34). Pure. An event is about the patient it names and about those it showed: the hits of a search, the rows of a list.
 */
import type { LogEvent } from './fetch-log.ts';

/** `shown`: the name stood in a search or a list; `opened`: the journal or its number was looked at. A refused opening showed nothing. */
const KINDS = {
  read: 'opened',
  reveal: 'opened',
  search: 'shown',
  print: 'taken',
  export: 'taken',
  create: 'changed',
  change: 'changed',
  sign: 'changed',
} as const satisfies Partial<Record<string, 'opened' | 'shown' | 'taken' | 'changed'>>;

export interface Touched {
  patientId: string;
  opened: number;
  shown: number;
  taken: number;
  changed: number;
  first: string;
  last: string;
}
export interface Affected {
  patients: Touched[];
  /** Times somebody looked at a list like this one, or at the log: they name many and list none. */
  lists: number;
  /** Rows that were shown and whose patient this laptop cannot tell. */
  unknown: number;
}
type Logged = Pick<LogEvent, 'at' | 'action' | 'verb' | 'patientId' | 'details'>;

/** Verbs whose event says what was asked, not whom the answer named: each listing would otherwise touch everybody it lists. */
const LISTS: ReadonlySet<string> = new Set(['audit.list', 'audit.affected', 'audit.affectedFile']);
/** Lists that are logged by their rows: the field of `details`, and what its ids may be. */
const ROWS = { unsigned: ['encounter'], letters: ['letter'], outbox: ['patient', 'encounter', 'appointment', 'note_section'] } as const;
export type ShownEntity = (typeof ROWS)[keyof typeof ROWS][number];

/** @param ownerOf the patient a row hangs on; undefined where the row is not on this laptop */
export function affectedBy(events: readonly Logged[], ownerOf: (entity: ShownEntity, id: string) => string | undefined): Affected {
  const patients = new Map<string, Touched>();
  const unknown = new Set<string>();
  let lists = 0;
  for (const { at, action, verb, patientId, details } of events) {
    const kind = kindOf(action);
    if (kind === undefined) continue;
    if (patientId === null && LISTS.has(verb)) lists += 1;
    const whose = new Map<string, Kind>();
    for (const one of [...idsIn(details['hits']), ...idsIn(details['patients'])]) whose.set(one, kind === 'opened' ? 'shown' : kind);
    for (const [field, may] of Object.entries(ROWS))
      for (const id of idsIn(details[field])) {
        const owner = may.map((entity) => ownerOf(entity, id)).find((found) => found !== undefined);
        if (owner !== undefined) whose.set(owner, 'shown');
        else if (details['patients'] === undefined) unknown.add(id);
      }
    if (patientId !== null) whose.set(patientId, kind);
    for (const [id, how] of whose) {
      const row = patients.get(id) ?? { patientId: id, opened: 0, shown: 0, taken: 0, changed: 0, first: at, last: at };
      row[how] += 1;
      if (at < row.first) row.first = at;
      if (at > row.last) row.last = at;
      patients.set(id, row);
    }
  }
  return { patients: [...patients.values()], lists, unknown: unknown.size };
}

type Kind = (typeof KINDS)[keyof typeof KINDS];
const kindOf = (action: string): Kind | undefined => (Object.hasOwn(KINDS, action) ? KINDS[action as keyof typeof KINDS] : undefined);
const idsIn = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
