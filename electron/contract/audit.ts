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
const none = null;
const { patientId, actorId, action, from, to } = logFilterSchema.shape;

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
    ['patient/unknown', 'role/forbidden', 'actor/proof', 'server/refused'],
  ),
};
