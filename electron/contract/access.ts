/** The patient's own word about who may open their journal, opening it in an emergency (J12, J13), and letting an assistant read notes (J11). */
import { z } from 'zod';
import type { accessBlock, accessGrant, emergencyAccess } from '#db/model/access.ts';
import type { Row } from '#db/model/entity.ts';
import { verb } from './verb.ts';

export type AccessBlockRow = Row<typeof accessBlock>;
export type GrantRow = Row<typeof accessGrant>;
export type EmergencyRow = Row<typeof emergencyAccess>;

export const access = {
  /** Who is blocked from this patient, and who opened it in an emergency, newest first. */
  'access.list': verb<{ blocked: { userId: string; name: string; setAt: string }[]; emergencies: (EmergencyRow & { name: string })[] }>()(
    z.object({ patientId: z.uuid() }),
    ['patient/unknown'],
  ),
  'access.block': verb<null>()(z.object({ patientId: z.uuid(), userId: z.uuid(), blocked: z.boolean() }), [
    'patient/unknown',
    'user/unknown',
    'access/own-block',
  ]),
  /** Opens a blocked journal for an hour. Logged with the reason, and told to everybody who answers for the clinic. */
  'access.open': verb<{ until: string }>()(z.object({ patientId: z.uuid(), reason: z.string().trim().min(10).max(500) }), [
    'patient/unknown',
    'access/not-blocked',
  ]),
  /** Emergencies nobody has seen yet. */
  'access.alerts': verb<{ alerts: (EmergencyRow & { name: string; patientName: string })[] }>()(z.object({})),
  'access.seen': verb<null>()(z.object({ id: z.uuid() }), ['access/own-alert']),

  /** Newest first, ended and past ones too. */
  'grant.list': verb<{ grants: (GrantRow & { name: string; grantedByName: string; holds: boolean })[] }>()(z.object({})),
  /** Both days included. */
  'grant.give': verb<{ id: string }>()(
    z.object({ userId: z.uuid(), from: z.iso.date(), until: z.iso.date(), reason: z.string().trim().min(10).max(500) }),
    ['user/unknown', 'grant/own', 'grant/not-assistant', 'grant/period'],
  ),
  'grant.end': verb<null>()(z.object({ id: z.uuid() }), ['grant/unknown']),
};
