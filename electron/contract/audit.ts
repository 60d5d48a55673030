/** The log of who did what, and the patient's own copy of it. */
import { z } from 'zod';
import { LOG_PAGE, logFilterSchema } from '#db/model/audit.ts';
import { verb } from './verb.ts';

export interface LogEventView {
  place: number;
  at: string;
  actorName: string | null;
  roles: string[];
  action: string;
  verb: string;
  subjectEntity: string | null;
  patientName: string | null;
  deviceName: string | null;
  reason: string | null;
  /** False: it did not follow from the event before it, or is not what its hash says. */
  intact: boolean;
}
export interface AffectedView {
  patientId: string;
  /** Null: not on this laptop. */
  name: string | null;
  birthDate: string | null;
  /** Times the journal was looked at, the name stood in a list or a search, something was taken out, something was written. */
  opened: number;
  shown: number;
  taken: number;
  changed: number;
  first: string;
  last: string;
}
export interface AffectedList {
  source: 'clinic' | 'device';
  /** Events that were looked through. */
  events: number;
  /** Events of the clinic's log that did not follow from the one before; null where only the server could say. */
  broken: number | null;
  patients: AffectedView[];
  /** Looks at the log, or at a list like this: they show names and name nobody. */
  lists: number;
  /** Rows that were shown whose patient this laptop cannot tell. */
  unknown: number;
}
const none = null;
const { patientId, actorId, action, from, to } = logFilterSchema.shape;

/** A period; and, if wanted, one device or one person. Instants: from inclusive, to exclusive. */
const affected = z.object({
  from: z.iso.datetime({ precision: 3 }),
  to: z.iso.datetime({ precision: 3 }),
  deviceId: z.uuid().nullable().default(none),
  actorId: actorId.default(none),
});

export const audit = {
  /** The clinic's log from the server, or this device's own where no server can be asked; newest first. Looking is logged. */
  'audit.list': verb<{ source: 'clinic' | 'device'; events: LogEventView[]; more: boolean; broken: number | null }>()(
    z.object({
      where: z.enum(['clinic', 'device']).default('clinic'),
      patientId: patientId.default(none),
      actorId: actorId.default(none),
      action: action.default(none),
      from: from.default(none),
      to: to.default(none),
      before: z.int().nullable().default(none),
      limit: z.int().min(1).max(LOG_PAGE).default(100),
    }),
    ['role/forbidden', 'actor/proof', 'server/refused'],
  ),
  /** Reads the clinic's whole log and works every hash out again; slow for a large clinic. */
  'audit.verify': verb<{ events: number; broken: number[]; rewritten: string[]; anchors: number }>()(z.object({}), [
    'net/unreachable',
    'server/not-connected',
    'role/forbidden',
    'actor/proof',
    'server/refused',
  ]),
  /** Who has looked at this patient's journal, for the patient. Leaves the encrypted store: warned of, and logged. */
  'audit.report': verb<{ base64: string; mediaType: string; fileName: string }>()(
    z.object({ patientId: z.uuid(), warned: z.literal(true) }),
    ['patient/unknown', 'export/second-person', 'role/forbidden', 'actor/proof', 'server/refused'],
  ),
  /** Whose journal was touched in a period, for who must tell the Data Protection Authority and the patients (GDPR art. 33, 34). Looking is logged. */
  'audit.affected': verb<AffectedList>()(affected, ['role/forbidden', 'actor/proof', 'server/refused']),
  /** The same as CSV. Leaves the encrypted store: warned of, and logged. */
  'audit.affectedFile': verb<{ base64: string; mediaType: string; fileName: string }>()(affected.extend({ warned: z.literal(true) }), [
    'role/forbidden',
    'actor/proof',
    'server/refused',
  ]),
};
