/** Reads for a batch of messages all that judge.ts asks about, in a handful of statements. */
import { clinicFacts, personFacts, samePersons, sentLately, stopping } from '#db/postgres/queries/messages.ts';
import { sendingsOf, type Sending } from '#db/postgres/queries/sending.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { Tx } from '#db/postgres/open.ts';
import { twinsOf } from '#db/rules/message-ids.ts';
import type { EntityName } from '#db/model/entities.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { MessagesDeps } from './deps.ts';
import type { Facts } from './judge.ts';

/** Claimed, gone, or nobody knows; what was certainly refused may be said by another channel. */
const isOut = (state: Sending['state'] | undefined): boolean => state !== undefined && state !== 'refused';

function twinsIn(message: StoredRow, appointments: ReadonlyMap<string, StoredRow>): string[] {
  const { id, channel, appointmentId, templateId } = message as unknown as Parameters<typeof twinsOf>[0];
  const startsAt = appointments.get(String(appointmentId))?.['startsAt'];
  return twinsOf({ id, channel, appointmentId, templateId }, typeof startsAt === 'string' ? startsAt : null);
}

export interface BatchFacts {
  messages: readonly StoredRow[];
  of(message: StoredRow): Facts;
}

export async function readFacts(
  deps: MessagesDeps,
  tx: Tx,
  clinicId: string,
  messageIds: readonly string[],
  now: Date,
): Promise<BatchFacts> {
  // First of all: a STOP that is worked in meanwhile is among these, or among the consents that are read later.
  const stopped = await stopping(tx, clinicId);
  const rows = async (entity: EntityName, ids: readonly string[]) => {
    const found = await readRows(tx, clinicId, new Map([[entity, new Set(ids)]]));
    return new Map(found.map(({ row }) => [row.id, row]));
  };
  const messages = [...(await rows('message', messageIds)).values()];
  const same = await samePersons(tx, clinicId, [...new Set(messages.map((message) => String(message['patientId'])))]);
  const people = new Map((await personFacts(tx, clinicId, [...new Set(same.map(({ id }) => id))])).map((person) => [person.id, person]));
  const appointments = await rows(
    'appointment',
    messages.flatMap((message) => text(message['appointmentId'])),
  );
  const users = await rows(
    'user',
    [...appointments.values()].flatMap((row) => text(row['practitionerId'])),
  );
  const recalls = await rows(
    'recall',
    messages.flatMap((message) => text(message['subjectId'])),
  );
  const clinic = await clinicFacts(tx, clinicId);
  const twins = new Map(messages.map((message) => [message.id, twinsIn(message, appointments)]));
  const sendings = await sendingsOf(tx, clinicId, [...messageIds, ...[...twins.values()].flat()]);
  const lately = new Map<string, Awaited<ReturnType<typeof sentLately>>>();
  for (const channel of new Set(messages.map((message) => String(message['channel']))))
    lately.set(channel, await sentLately(tx, clinicId, channel, [...people.keys()], now));
  return {
    messages,
    of(message) {
      const group = same.filter(({ of }) => of === message['patientId']).toSorted((a, b) => Number(b.stays) - Number(a.stays));
      const person = group.flatMap(({ id }) => people.get(id) ?? []);
      const appointment = appointments.get(String(message['appointmentId']));
      const sent = lately.get(String(message['channel']));
      return {
        now,
        channel: deps.channels.get(String(message['channel'])),
        clinic,
        person,
        appointment,
        practitionerName: String(users.get(String(appointment?.['practitionerId']))?.['name'] ?? ''),
        sending: sendings.get(message.id),
        twins: twins.get(message.id) ?? [],
        twinOut: (twins.get(message.id) ?? []).some((id) => isOut(sendings.get(id)?.state)),
        recall: recalls.get(String(message['subjectId'])),
        strict: deps.strict,
        sent: { byPatient: group.reduce((sum, { id }) => sum + (sent?.byPatient.get(id) ?? 0), 0), byClinic: sent?.byClinic ?? 0 },
        stopping: (address) => stopped.has(deps.hash(address)),
      };
    },
  };
}

const text = (value: unknown): string[] => (typeof value === 'string' && value !== '' ? [value] : []);
