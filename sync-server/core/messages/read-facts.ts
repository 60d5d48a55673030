/** Reads for a batch of messages all that judge.ts asks about, in a handful of statements. */
import { clinicFacts, personFacts, samePersons, sentLately, stopping } from '#db/postgres/queries/messages.ts';
import { sendingsOf } from '#db/postgres/queries/sending.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import type { Tx } from '#db/postgres/open.ts';
import { parseMobile } from '#db/rules/phone.ts';
import type { EntityName } from '#db/model/entities.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { MessagesDeps } from './deps.ts';
import type { Facts } from './judge.ts';

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
  const clinic = await clinicFacts(tx, clinicId);
  const sendings = await sendingsOf(tx, clinicId, messageIds);
  const lately = new Map<string, Awaited<ReturnType<typeof sentLately>>>();
  for (const channel of new Set(messages.map((message) => String(message['channel']))))
    lately.set(channel, await sentLately(tx, clinicId, channel, [...people.keys()], now));
  const addresses = [...people.values()].flatMap((person) =>
    [person, ...person.guardians].flatMap(({ phone, email }) => [...mobile(phone), ...text(email?.trim())]),
  );
  const stopped = await stopping(tx, clinicId, addresses.map(deps.hash));

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
        sent: { byPatient: group.reduce((sum, { id }) => sum + (sent?.byPatient.get(id) ?? 0), 0), byClinic: sent?.byClinic ?? 0 },
        stopping: (address) => stopped.has(deps.hash(address)),
      };
    },
  };
}

const text = (value: unknown): string[] => (typeof value === 'string' && value !== '' ? [value] : []);
function mobile(phone: string | null): string[] {
  const parsed = parseMobile(phone);
  return parsed.ok ? [parsed.e164] : [];
}
